"""What became of a sweep's jobs: a table, `sweep.json` and `sweep.html`, written anew after every job.

A killed sweep leaves the files of the last job that ended: readable, and marked as not complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.atomic import write_json, write_text
from runner.errors import RecipeError, RunnerError
from runner.reporting.evidence import read_evidence, section
from runner.reporting.figures import count, duration, loss, measure, plain, readable, usd
from runner.runs import RunFolder

WAITING = "Waiting"
"""The state of a job that the sweep has not come to yet."""

_ERROR_SHOWN = 60


@dataclass(frozen=True, slots=True)
class SweepJob:
    """One point of a sweep. `overrides` are the values of this job, such as `split.train_records=50`."""

    number: int
    overrides: tuple[str, ...]
    state: str = WAITING
    error: str = ""
    findings: tuple[Mapping[str, Any], ...] = ()
    run_folder: Path | None = None
    fingerprint: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    tokens: int | None = None
    seconds: float | None = None
    cost: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """The overrides by name."""
        pairs = (override.partition("=") for override in self.overrides)
        return {name.lstrip("+~"): value for name, _, value in pairs}


def ended_job(
    number: int, overrides: Sequence[str], run: RunFolder | None = None, error: RunnerError | None = None
) -> SweepJob:
    """The job as its run folder and its error tell it; either may be missing."""
    findings = (
        tuple(finding.as_dict() for finding in error.findings) if isinstance(error, RecipeError) else ()
    )
    message = _message(error) if error else ""
    if run is None:
        return SweepJob(number, tuple(overrides), "Failed" if error else WAITING, message, findings)
    try:
        evidence = read_evidence(run)
    except RunnerError as unreadable:
        return SweepJob(number, tuple(overrides), "Failed", message or unreadable.message, findings, run.path)
    state = "Failed" if error and evidence.state in {"NotStarted", "Completed"} else evidence.state
    return SweepJob(
        number=number,
        overrides=tuple(overrides),
        state=state,
        error=message or str(evidence.job.get("failure") or ""),
        findings=findings,
        run_folder=run.path,
        fingerprint=evidence.fingerprint,
        metrics={name: value for name, value in evidence.metrics.items() if name != "samples"},
        tokens=evidence.metrics.get("tokens_trained"),
        seconds=evidence.metrics.get("seconds"),
        cost={name: section(evidence.plan, "cost").get(name) for name in ("low", "likely", "high")},
    )


def write_sweep(
    folder: Path,
    jobs: Sequence[SweepJob],
    *,
    recipe: str,
    overrides: Sequence[str] = (),
    complete: bool = False,
) -> Path:
    """Replace `sweep.json` and `sweep.html` in the sweep's folder; the path of the page."""
    from runner.reporting.sweep_page import page

    data = plain(as_data(folder, jobs, recipe=recipe, overrides=overrides, complete=complete))
    write_json(folder / "sweep.json", data)
    write_text(folder / "sweep.html", page(data))
    return folder / "sweep.html"


def as_data(
    folder: Path, jobs: Sequence[SweepJob], *, recipe: str, overrides: Sequence[str], complete: bool
) -> dict[str, Any]:
    """The content of `sweep.json`; paths are relative to the sweep's folder."""
    states = [job.state for job in jobs]
    return {
        "id": folder.name,
        "recipe": recipe,
        "overrides": list(overrides),
        "parameters": parameters(jobs),
        "complete": complete,
        "states": {state: states.count(state) for state in dict.fromkeys(states)},
        "jobs": [_job_data(folder, job) for job in jobs],
    }


def parameters(jobs: Sequence[SweepJob]) -> list[str]:
    """Names of what was swept, in the order of the command line."""
    return list(dict.fromkeys(name for job in jobs for name in job.parameters))


def table(jobs: Sequence[SweepJob]) -> str:
    """The jobs for the terminal, in the order of their numbers."""
    names = parameters(jobs)
    head = [
        "#",
        *(name.rpartition(".")[2] for name in names),
        "state",
        "loss before",
        "after",
        "tokens",
        "time",
        "cost",
        "error",
    ]
    rows = [_row(job, names) for job in sorted(jobs, key=lambda job: job.number)]
    left = {*range(len(names) + 2), len(head) - 1} - {0}
    return aligned([head, *rows], left)


def aligned(rows: Sequence[Sequence[str]], left: set[int]) -> str:
    """Columns as wide as their widest cell on a terminal; the columns in `left` start at the left."""
    widths = [max(_columns(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for index, cell in enumerate(row):
            room = " " * (widths[index] - _columns(cell))
            cells.append(cell + room if index in left else room + cell)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _row(job: SweepJob, names: Sequence[str]) -> list[str]:
    losses = (loss(job.metrics, when) for when in ("before", "after"))
    error = readable(job.error).replace("\n", " ")
    short = error if len(error) <= _ERROR_SHOWN else error[: _ERROR_SHOWN - 1] + "…"
    values = (job.parameters.get(name, "") for name in names)
    cost = usd(job.cost["likely"]) if job.cost else measure(None)
    return [
        str(job.number),
        *values,
        job.state,
        *losses,
        count(job.tokens),
        duration(job.seconds),
        cost,
        short,
    ]


def _columns(text: str) -> int:
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _message(error: RunnerError) -> str:
    if isinstance(error, RecipeError):
        found = [finding for finding in error.findings if finding.severity == "error"] or list(error.findings)
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return f"{found[0].message} [{found[0].code}]{more}" if found else error.message
    return error.message


def _job_data(folder: Path, job: SweepJob) -> dict[str, Any]:
    return {
        "number": job.number,
        "overrides": list(job.overrides),
        "parameters": job.parameters,
        "state": job.state,
        "error": job.error,
        "findings": list(job.findings),
        "run": _relative(job.run_folder, folder) if job.run_folder else None,
        "has_report": bool(job.run_folder and (job.run_folder / "report.html").exists()),
        "fingerprint": job.fingerprint,
        "validation_loss_before": job.metrics.get("validation_loss_before"),
        "validation_loss_after": job.metrics.get("validation_loss_after"),
        "synthetic": bool(job.metrics.get("synthetic")),
        "tokens": job.tokens,
        "seconds": job.seconds,
        "cost": dict(job.cost),
        "metrics": dict(job.metrics),
    }


def _relative(path: Path, start: Path) -> str:
    import os

    return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()
