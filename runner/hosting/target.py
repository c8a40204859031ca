"""Which model is meant: by the run that made it, by a recipe (its newest run), or by its ARN."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from runner.aws.calls import look
from runner.bedrock.cloud import Cloud
from runner.errors import RunnerError
from runner.ledger import Entry, Ledger
from runner.model import Model, load_model, models
from runner.project import project_root
from runner.reporting.evidence import section
from runner.reporting.standing import newest, runs_of_recipe
from runner.runs import RunFolder

_ARN = re.compile(
    r"arn:aws[a-z-]*:bedrock:([a-z0-9-]+):(\d{12}):"
    r"(custom-model|imported-model|provisioned-model|custom-model-deployment)/(.+)"
)
_NAME_LIMIT = 54
"""Bedrock allows 63 characters; the schedule's name has ten of 64 in front."""


@dataclass(frozen=True, slots=True)
class Target:
    """A model at AWS, and what is known of where it comes from."""

    arn: str
    kind: str
    """`custom-model`, `imported-model`, or an endpoint: `provisioned-model`, `custom-model-deployment`."""
    region: str
    account: str
    simulator: str = ""
    root: Path | None = None
    recipe: str = ""
    fingerprint: str = ""
    base: Model | None = None
    """The model that was customized, where a capability schema knows it."""
    run: RunFolder | None = None

    @property
    def project(self) -> str:
        """The project folder as the ledger writes it; empty for a bare ARN."""
        return str(self.root) if self.root else ""

    @property
    def hosted_as(self) -> str:
        """The name of what serves it, the same each time: by recipe and fingerprint, or the model id."""
        words = f"{self.recipe}-{self.fingerprint[:12]}" if self.fingerprint else self.arn.rpartition("/")[2]
        return re.sub(r"[^0-9A-Za-z]+", "-", words).strip("-")[-_NAME_LIMIT:].strip("-")


def target_of(words: str, ledger: Ledger) -> Target:
    """What RUN, RECIPE or ARN names. Errors: `RunnerError` when there is no model yet."""
    if words.startswith("arn:"):
        return _by_arn(words, ledger)
    run = run_of(words)
    plan, job = read_object(run, "plan.json"), own_job(run)
    details = section(job, "details")
    known = _ours(ledger, str(plan.get("fingerprint") or ""), "imported-model")
    arn = str(section(details, "custom_model").get("arn") or "") or (known.arn if known else "")
    if not arn:
        raise RunnerError(_no_model(run, job), fix=_way_to_a_model(job, words))
    found = _parsed(arn)
    return Target(
        arn=arn,
        kind=found[2],
        region=str(details.get("region") or found[0]),
        account=str(details.get("account") or found[1]),
        simulator=known.simulator if known else str(details.get("simulator") or ""),
        root=root_of(run),
        recipe=str(section(plan, "recipe").get("name") or run.path.parent.name),
        fingerprint=str(plan.get("fingerprint") or ""),
        base=_model(str(section(plan, "model").get("id") or "")),
        run=run,
    )


def run_of(words: str) -> RunFolder:
    """The run folder that is named, or the newest run of a recipe."""
    path = Path(words)
    if path.is_dir() and any((path / name).exists() for name in ("plan.json", "job.json")):
        return RunFolder(path)
    if not path.is_file():
        raise RunnerError(
            f"{words} is neither a run folder, a recipe nor a model's ARN",
            fix="`runner status` lists the runs",
        )
    runs = runs_of_recipe(project_root(path), path)
    if not runs:
        raise RunnerError(f"there is no run of {words} yet", fix=f"`runner run {words}` makes one")
    return newest(runs)


def root_of(run: RunFolder) -> Path:
    """The project that a run folder lies in: `<project>/runs/<recipe>/<fingerprint>`."""
    folders = run.path.resolve().parents
    if len(folders) < 3:
        raise RunnerError(f"{run.path} is no run folder of a project", fix="give runs/<recipe>/<fingerprint>")
    return folders[2]


def budget_of(target: Target) -> Decimal | None:
    """`budget.max_usd` of the run, as it was planned; None is no limit."""
    if target.run is None:
        return None
    limit = section(read_object(target.run, "plan.json"), "budget").get("max_usd")
    return None if limit is None else Decimal(str(limit))


def own_job(run: RunFolder) -> Mapping[str, Any]:
    """The job to go by; empty if there is none yet. Errors: `RunnerError` for one that is not this user's.

    What came with a repository may name any model, and any place to send the questions to.
    """
    read_object(run, "job.json")
    job = run.job()
    if job is None and (run.path / "job.json").exists():
        raise RunnerError(
            f"{run.path / 'job.json'} was not written by this user's runner, so it is not acted on",
            fix="`runner run` with the same recipe finds the job at AWS and writes the file anew",
        )
    return job or {}


def read_object(run: RunFolder, name: str) -> Mapping[str, Any]:
    """A file of the run folder, empty if there is none. Errors: `RunnerError` for what is no JSON object."""
    try:
        found = run.read(name)
    except ValueError:
        found = False
    if found is not None and not isinstance(found, dict):
        raise RunnerError(f"{run.path / name} cannot be read", fix="`runner run` writes it anew")
    return found or {}


def model_of_base(arn: str) -> Model | None:
    """The capability schema of the base model that an ARN names, if there is one."""
    name = arn.rpartition("/")[2]
    for model in models():
        names = {*model.names, *(str(value) for value in model.data["identifiers"].values() if value)}
        if any(name == known or name.startswith(f"{known}:") for known in names):
            return model
    return None


def with_base(target: Target, cloud: Cloud) -> Target:
    """The target with its base model, for which AWS is asked if the run does not say."""
    if target.base is not None or target.kind != "custom-model":
        return target
    reply = look(
        f"looking for {target.arn}", cloud.client("bedrock").get_custom_model, modelIdentifier=target.arn
    )
    return replace(target, base=model_of_base(str(reply.get("baseModelArn") or "")))


def _by_arn(arn: str, ledger: Ledger) -> Target:
    region, account, kind = _parsed(arn)
    known = next((entry for entry in ledger.alive() if entry.arn == arn), None)
    # What is made for a bare ARN belongs to the project around the working directory.
    here = project_root(Path.cwd() / "recipe.yaml")
    if known is None:
        return Target(arn, kind, region, account, root=here)
    root = Path(known.project) if known.project else here
    return Target(arn, kind, region, account, known.simulator, root, known.recipe, known.fingerprint)


def _parsed(arn: str) -> tuple[str, str, str]:
    match = _ARN.fullmatch(arn)
    if not match:
        raise RunnerError(
            f"{arn} is not the ARN of a custom or imported model, or of what serves one",
            fix="`runner status` shows the ARNs; a foundation model needs no deployment",
        )
    return match[1], match[2], match[3]


def _ours(ledger: Ledger, fingerprint: str, kind: str) -> Entry | None:
    rows = [row for row in ledger.alive() if row.kind == kind and row.fingerprint == fingerprint and row.arn]
    return rows[-1] if rows and fingerprint else None


def _model(id: str) -> Model | None:
    try:
        return load_model(id)
    except RunnerError:
        return None


def _no_model(run: RunFolder, job: Any) -> str:
    state = str(job.get("state") or "NotStarted") if isinstance(job, dict) else "NotStarted"
    return f"{run.path} has no model on Bedrock (job: {state})"


def _way_to_a_model(job: Any, words: str) -> str:
    if isinstance(job, dict) and job.get("executor") == "local":
        return f"`runner import {words} --role … --bucket …` brings a model of this machine to Bedrock"
    return "`runner run` goes on until the job has ended"
