"""How the runs and sweeps of a project stand, from their folders alone: the data of `runner status`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.reporting.evidence import Evidence, read_evidence, section
from runner.runs import RunFolder, runs_folder

INTERRUPTED = "Interrupted"
"""A job that says it is in progress, while nothing works on it any more."""

_ENDED = ("Completed", "Failed", "Stopped", "NotStarted")


def project_runs(root: Path) -> Iterator[RunFolder]:
    """Every run folder of the project that has a plan or a job; a killed run may have no job yet."""
    files = [file for name in ("plan.json", "job.json") for file in runs_folder(root).glob(f"*/*/{name}")]
    for folder in sorted({file.parent for file in files}):
        yield RunFolder(folder)


def runs_of_recipe(root: Path, recipe: Path) -> list[RunFolder]:
    """The runs whose plan was made from this recipe file; no recipe is composed for it."""
    wanted = recipe.resolve()
    found = []
    for run in project_runs(root):
        stated = section(_read(run.path / "plan.json"), "recipe").get("file")
        if stated and (root / str(stated)).resolve() == wanted:
            found.append(run)
    return found


def newest(runs: Sequence[RunFolder]) -> RunFolder:
    """The run that was worked on last, by the times its job states."""

    def worked_on(run: RunFolder) -> tuple[str, str]:
        job = _read(run.path / "job.json")
        return max(str(job.get("started") or ""), str(job.get("ended") or "")), run.path.name

    return max(runs, key=worked_on)


def run_row(run: RunFolder) -> dict[str, Any]:
    """One run as `status` shows it. A folder that cannot be read is a row too, with its error."""
    try:
        evidence = read_evidence(run)
    except RunnerError as error:
        return {
            "name": run.path.parent.name,
            "fingerprint": run.path.name,
            "state": "Unreadable",
            "failure": error.message,
            "folder": str(run.path),
        }
    return {
        "name": evidence.name,
        "fingerprint": evidence.fingerprint,
        "state": state(run, evidence),
        "executor": evidence.job.get("executor") or section(evidence.plan, "executor").get("kind"),
        "started": evidence.job.get("started") or None,
        "ended": evidence.job.get("ended") or None,
        "overrides": list(section(evidence.plan, "recipe").get("overrides") or []),
        "validation_loss_before": evidence.metrics.get("validation_loss_before"),
        "validation_loss_after": evidence.metrics.get("validation_loss_after"),
        "synthetic": bool(evidence.metrics.get("synthetic")),
        "usd_now": costs_now(evidence),
        "failure": evidence.job.get("failure") or "",
        "folder": str(run.path),
        "report": str(run.path / "report.html") if (run.path / "report.html").exists() else None,
    }


def state(run: RunFolder, evidence: Evidence) -> str:
    """The job's state; a local job that nobody trains any more is `Interrupted`, whatever its file says."""
    if evidence.state in _ENDED or evidence.job.get("executor") != "local":
        return evidence.state
    from runner.local.trainer import is_training

    return evidence.state if is_training(run) else INTERRUPTED


def costs_now(evidence: Evidence) -> str | None:
    """What the run costs from now on, in US dollars; None where it is not known here."""
    executor = evidence.job.get("executor") or section(evidence.plan, "executor").get("kind")
    return "0" if executor == "local" or evidence.state == "NotStarted" else None


def sweep_rows(root: Path, names: set[str] | None = None) -> list[dict[str, Any]]:
    """Every sweep of the project, or those of some recipes by name."""
    rows = []
    for file in sorted(runs_folder(root).glob("*/sweeps/*/sweep.json")):
        if names is not None and file.parents[2].name not in names:
            continue
        data = _read(file)
        rows.append(
            {
                "recipe": data.get("recipe") or file.parents[2].name,
                "id": file.parent.name,
                "complete": bool(data.get("complete")),
                "states": dict(section(data, "states")),
                "overrides": list(data.get("overrides") or []),
                "page": str(file.parent / "sweep.html"),
            }
        )
    return rows


def _read(file: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
