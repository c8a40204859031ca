"""The stage that may spend money: fills the run folder, hands the plan to its executor, writes the report."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import plugins
from runner.atomic import file_digest, replacing, write_text
from runner.job import Job
from runner.progress import Progress
from runner.report import make_report
from runner.runs import RunFolder, run_folder

if TYPE_CHECKING:
    from runner.check import Checked
    from runner.dataset import Dataset
    from runner.executor import Executor
    from runner.plan import Plan

_DATA_FILES = ("train.jsonl", "validation.jsonl", "dropped.jsonl")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run leaves: the job as it ended, its metrics, and where the report is."""

    run: RunFolder
    job: Job
    metrics: dict[str, Any]
    report: Path


def execute(plan: Plan, checked: Checked, dataset: Dataset, progress: Progress) -> Outcome:
    """Run the planned job, or find it done. Running twice never trains or pays twice.

    A job that fails still leaves its folder, its log and a report; the caller decides by `job.state`.
    """
    recipe = checked.recipe
    run = run_folder(recipe.root, recipe.name, plan.fingerprint)
    _fill(run, plan, checked, dataset)
    executor: Executor = plugins.load("executors", recipe.executor.kind)(**recipe.executor.options)
    run.log("submit", executor=recipe.executor.kind, fingerprint=plan.fingerprint)
    job = executor.submit(plan, run, progress)
    run.write("job.json", job.as_dict())
    metrics = executor.collect(job, run)
    run.write("metrics.json", metrics)
    run.log("end", state=job.state)
    return Outcome(run, job, metrics, make_report(run))


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
