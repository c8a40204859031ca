"""The plan stage: what a job would build, train, store and cost, as one value that can be saved and compared.

Nothing here changes anything outside the project. A plan holds no clock and no absolute path: the same
inputs give the same bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import __version__, plugins
from runner.atomic import digest
from runner.building.fingerprint import plain
from runner.errors import RecipeError, RunnerError
from runner.finding import Finding, errors
from runner.planning.budget import require_within_budget, verdict
from runner.planning.cost import Work, estimate
from runner.planning.hyperparameters import Setting, effective
from runner.planning.plan_parts import (
    dataset_part,
    model_part,
    origins_part,
    placed,
    recipe_part,
    relative,
    trained_files,
)
from runner.planning.stale import require_same
from runner.project import project_root
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.check import Checked
    from runner.dataset import Dataset
    from runner.executor import Executor
    from runner.model import Model

VERSION = 1
"""Of the layout of `plan.json`."""

LOCAL = "local"
"""The executor, and the platform, that cost nothing."""

_JOB_NAME_LIMIT = 63
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """One planned job: the content of `plan.json`, and the project folder its paths start from."""

    data: Mapping[str, Any]
    root: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that changes the job's result. Same fingerprint, same job."""
        return str(self.data["fingerprint"])

    @property
    def name(self) -> str:
        """The recipe's name."""
        return str(self.data["recipe"]["name"])

    @property
    def job_name(self) -> str:
        """Legal for Bedrock, and the same for the same job."""
        return str(self.data["job"]["name"])

    @property
    def recipe_file(self) -> Path:
        """The recipe that was planned."""
        return self.root / str(self.data["recipe"]["file"])

    @property
    def overrides(self) -> tuple[str, ...]:
        """The overrides it was planned with."""
        return tuple(self.data["recipe"]["overrides"])

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        """What the recipe's model would train with: stated values and defaults."""
        return self.data["hyperparameters"]  # type: ignore[no-any-return]

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the executor would train with."""
        return self.data["executor"]["settings"]  # type: ignore[no-any-return]

    @property
    def cost(self) -> Mapping[str, Any]:
        """Cost on the platform of the recipe's model; amounts are strings."""
        return self.data["cost"]  # type: ignore[no-any-return]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks of the recipe, the data and the plan had to say."""
        return tuple(Finding.from_dict(data) for data in self.data["findings"])

    def to_json(self) -> str:
        """The text of `plan.json`."""
        return json.dumps(self.data, ensure_ascii=False, indent=2)


def make_plan(checked: Checked, dataset: Dataset, *, ask: bool = False) -> Plan:
    """Plan the job of a checked recipe on a built dataset. Findings are kept in the plan, all at once.

    `ask`: also ask the executor's service what it says of the model now, which wins over the files.
    """
    recipe, model = checked.recipe, checked.model
    executor: Executor = plugins.load("executors", recipe.executor.kind)(**recipe.executor.options)
    own = [*_findings(recipe, model, dataset), *executor.check(recipe, model, dataset)]
    if ask and hasattr(executor, "ask"):
        own = _with_answers(own, executor.ask(recipe, model))
    found = [*checked.findings, *(placed(finding, checked.composed) for finding in own)]
    # An executor that has found an error may be unable to say what it would do.
    blocked = any(finding.severity == "error" for finding in found)
    settings = plain({} if blocked else executor.settings(recipe, model, dataset))
    parameters = effective(recipe, model)
    fingerprint = _fingerprint(recipe, parameters, settings, dataset)
    paid = recipe.executor.kind != LOCAL
    rehearsal = not paid and model.platform != LOCAL
    cost = estimate(model, recipe.method, recipe.region, _work(parameters, dataset))
    data = {
        "plan_version": VERSION,
        "fingerprint": fingerprint,
        "runner": __version__,
        "recipe": recipe_part(recipe),
        "model": model_part(model),
        "method": recipe.method,
        "region": recipe.region,
        "format": recipe.format.kind,
        "dataset": dataset_part(dataset),
        "executor": {"kind": recipe.executor.kind, "settings": settings},
        "hyperparameters": {name: setting.value for name, setting in parameters.items()},
        "hyperparameter_origins": origins_part(model, recipe.method, parameters),
        "job": {"name": job_name(recipe.name, fingerprint)},
        "cost": {"platform": cost.platform, "rehearsal": rehearsal, **cost.as_dict()},
        "budget": verdict(cost, recipe.budget, paid=paid),
        "findings": [relative(finding, recipe.root).as_dict() for finding in found],
    }
    return Plan(data, recipe.root)


def require_runnable(plan: Plan) -> None:
    """Refuse a plan with findings of severity error, or over its budget.

    Errors: `RecipeError` with all findings; `BudgetError`.
    """
    if errors(plan.findings):
        raise RecipeError(plan.findings)
    require_within_budget(plan.data["cost"], plan.data["budget"])


def read_plan(file: Path) -> Plan:
    """A plan that was saved with `runner plan -o`. Errors: `RunnerError` when it is none of this project."""
    fix = "save one with `runner plan RECIPE -o plan.json`"
    try:
        if file.exists() and not file.is_file():
            raise ValueError("a folder, a pipe or a device")
        data = json.loads(file.read_text(encoding="utf-8"))
        version, recipe = data["plan_version"], _named_recipe(data["recipe"])
    except FileNotFoundError:
        raise RunnerError(f"{file} does not exist", fix=fix) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise RunnerError(f"{file} is not a saved plan", fix=fix) from None
    if version != VERSION:
        raise RunnerError(f"{file} has plan_version {version}; this tool reads {VERSION}", fix="plan again")
    for start in (file, Path.cwd() / "plan.json"):
        root = project_root(start)
        # A plan may come with a pull request: its recipe lies in the project that it is run in, or is none.
        if (root / recipe).resolve().is_relative_to(root) and os.path.isfile(root / recipe):
            return Plan(data, root)
    fix = "run it in the folder of its project"
    raise RunnerError(f"the recipe of {file}, {recipe}, is not in this project", fix=fix)


def _named_recipe(part: Mapping[str, Any]) -> str:
    """The recipe's file. Errors: `ValueError`, `TypeError`, `KeyError` if it or an override is no text."""
    file, overrides = part["file"], part["overrides"]
    if not isinstance(overrides, list) or not all(isinstance(text, str) for text in [file, *overrides]):
        raise TypeError("not text")
    os.fsencode("".join([file, *overrides]))  # JSON can spell halves of surrogate pairs
    if "\0" in file:
        raise ValueError("not a path")
    return str(file)


def require_current(plan: Plan, fresh_plan: Plan) -> None:
    """Refuse a saved plan whose data, recipe, facts, tool or executor settings have changed since.

    Errors: `StalePlanError` that names what changed, with old and new values.
    """
    require_same(plan.data, fresh_plan.data)


def render(plan: Plan, *, color: bool = False) -> str:
    """The plan as text for a reviewer."""
    from runner.planning.plan_text import plan_text

    return plan_text(plan.data, os.path.relpath(plan.recipe_file), color=color)


def job_name(name: str, fingerprint: str) -> str:
    """`<recipe name>-<short fingerprint>`, within Bedrock's limit of 63 characters."""
    return f"{name[: _JOB_NAME_LIMIT - _SHORT - 1].rstrip('-')}-{fingerprint[:_SHORT]}"


def _with_answers(found: list[Finding], answers: list[Finding]) -> list[Finding]:
    from runner.live.lifecycle import live_wins

    return live_wins([*found, *answers])


def _findings(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    for folder in ("checks.dataset", "checks.plan"):
        for name in plugins.names(folder):
            yield from plugins.load(folder, name)(recipe, model, dataset)


def _work(parameters: Mapping[str, Setting], dataset: Dataset) -> Work:
    tokens = dataset.manifest["tokens"]
    epochs = parameters.get("epochCount")
    passes = None if epochs is None or isinstance(epochs.value, str) else int(epochs.value)
    scripts = (tokens.get("scripts") or {}).get("train") or {}
    return Work(
        int(tokens["train"]["total"]),
        str(tokens["tokenizer"]),
        passes,
        scripts,
        int(dataset.manifest["totals"]["train"]),
        {name: setting.value for name, setting in parameters.items()},
    )


def _fingerprint(
    recipe: Recipe, parameters: Mapping[str, Setting], settings: Mapping[str, Any], dataset: Dataset
) -> str:
    """Neither budget nor description nor wording changes what is trained, so none of them is in here."""
    relevant = {
        "model": recipe.model,
        "method": recipe.method,
        "region": recipe.region,
        "format": {"kind": recipe.format.kind, "options": plain(recipe.format.options)},
        "hyperparameters": {name: setting.value for name, setting in parameters.items()},
        "executor": recipe.executor.kind,
        "settings": {name: value for name, value in settings.items() if name != "summary"},
        "data": {name: facts["sha256"] for name, facts in trained_files(dataset).items()},
    }
    return digest(relevant)
