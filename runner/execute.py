"""The stage that may spend money: fills the run folder, hands the plan to its executor, writes the report."""

from __future__ import annotations

import inspect
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import plugins
from runner.atomic import file_digest, replacing, write_text
from runner.errors import RunnerError
from runner.job import Job
from runner.planning.money import dollars
from runner.progress import Progress
from runner.report import make_report
from runner.runs import RunFolder, run_folder

if TYPE_CHECKING:
    from runner.check import Checked
    from runner.dataset import Dataset
    from runner.executor import Executor
    from runner.plan import Plan
    from runner.recipe import Recipe

UNDER_WAY = ("InProgress", "Stopping")
_DATA_FILES = ("train.jsonl", "validation.jsonl", "dropped.jsonl")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run leaves: the job as it ended, its metrics, and where the report is."""

    run: RunFolder
    job: Job
    metrics: dict[str, Any]
    report: Path


@dataclass(frozen=True, slots=True)
class Order:
    """What the executor is handed: the plan's content, and the sweep whose budget the job shares."""

    data: Mapping[str, Any]
    sweep: str


def execute(
    plan: Plan,
    checked: Checked,
    dataset: Dataset,
    progress: Progress,
    *,
    sweep: str = "",
    wait: bool = True,
) -> Outcome:
    """Run the planned job, or find it done. Running twice never trains or pays twice.

    A job that fails still leaves its folder, its log and a report; the caller decides by `job.state`.
    `wait`: False leaves a job that runs elsewhere to itself; a later run follows it.
    """
    recipe = checked.recipe
    executor = _executor(recipe, wait=wait)
    run = run_folder(recipe.root, recipe.name, plan.fingerprint)
    _fill(run, plan, checked, dataset)
    run.log("submit", executor=recipe.executor.kind, fingerprint=plan.fingerprint)
    job = executor.submit(Order(plan.data, sweep), run, progress)
    run.write("job.json", job.as_dict())
    metrics = executor.collect(job, run)
    run.write("metrics.json", metrics)
    run.log("end", state=job.state)
    return Outcome(run, job, metrics, make_report(run))


def require_consent(plan: Plan, *, yes: bool) -> None:
    """Ask once, with the price, before money is spent; a job that is there already costs nothing more.

    Errors: `RunnerError` where nobody can be asked, and where the answer is no.
    """
    if yes or not needs_consent(plan):
        return
    likely, high = (dollars(plan.cost[bound]) for bound in ("likely", "high"))
    ask_to_spend(f"the job costs likely {likely} USD, at most {high} USD, on {plan.cost['platform']}")


def needs_consent(plan: Plan) -> bool:
    """Whether running the plan starts something that is paid for."""
    if not plan.data["budget"]["paid"] or plan.settings.get("simulated"):
        return False
    job = run_folder(plan.root, plan.name, plan.fingerprint).job() or {}
    return job.get("state") not in (*UNDER_WAY, "Completed")


def ask_to_spend(price: str) -> None:
    """Errors: `RunnerError` unless a person at the terminal agrees."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise RunnerError(f"{price}; nothing was started", fix="agree with --yes")
    print(f"{price}. Start it? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise RunnerError("nothing was started", fix="answer y, or agree with --yes")


def runs_elsewhere(recipe: Recipe) -> bool:
    """Whether the job goes on without this process, so that nobody has to wait for it here."""
    return "wait" in inspect.signature(plugins.load("executors", recipe.executor.kind)).parameters


def goes_on(run: RunFolder) -> bool:
    """Whether the job of a run folder is still under way elsewhere, by one question to where it runs.

    Errors: what the executor's `refresh` raises.
    """
    import yaml

    known = run.job()
    if known is None or known["state"] not in UNDER_WAY:
        return False
    options = dict(yaml.safe_load((run.path / "recipe.yaml").read_text(encoding="utf-8"))["executor"])
    executor: Executor = plugins.load("executors", options.pop("kind"))(**options)
    return executor.refresh(Job.from_dict(known), run).state in UNDER_WAY


def _executor(recipe: Recipe, *, wait: bool) -> Executor:
    """The recipe's executor. Errors: `RunnerError` if nobody can be told not to wait for it."""
    plugin, options = plugins.load("executors", recipe.executor.kind), dict(recipe.executor.options)
    if not wait:
        if not runs_elsewhere(recipe):
            message = f"the executor {recipe.executor.kind} runs on this machine: a run ends with the job"
            raise RunnerError(message, fix="leave --no-wait out")
        options["wait"] = False
    return plugin(**options)  # type: ignore[no-any-return]


def _fill(run: RunFolder, plan: Plan, checked: Checked, dataset: Dataset) -> None:
    """Everything that was asked, found and built, as files beside the results."""
    import yaml

    text = yaml.safe_dump(dict(checked.recipe.config), allow_unicode=True, sort_keys=False)
    write_text(run.path / "recipe.yaml", text)
    run.write("origins.json", {path: _origin(origin) for path, origin in checked.composed.origins.items()})
    run.write("findings.json", [finding.as_dict() for finding in checked.findings])
    run.write("dataset.json", dataset.manifest)
    run.write("plan.json", json.loads(plan.to_json()))
    for name in _DATA_FILES:
        _place(dataset.folder / name, run.path / name)


def _origin(origin: Any) -> dict[str, Any]:
    replaced = {"overrode": _origin(origin.overrode)} if origin.overrode else {}
    return {"place": str(origin.place), "value": origin.value, **replaced}


def _place(source: Path, target: Path) -> None:
    """A copy, not a link: editing a file of the run folder must never reach the cache."""
    if not source.exists():
        target.unlink(missing_ok=True)
    elif not (target.exists() and file_digest(source) == file_digest(target)):
        with source.open("rb") as data, replacing(target) as copy:
            shutil.copyfileobj(data, copy)
