"""One file for each job of a sweep, so that jobs in other processes or on other machines can report."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from runner.atomic import write_json
from runner.reporting.figures import plain
from runner.reporting.sweep_summary import SweepJob


def write_job(folder: Path, job: SweepJob) -> None:
    """Replace the job's file."""
    data = {**asdict(job), "run_folder": str(job.run_folder) if job.run_folder else None}
    write_json(folder / "jobs" / f"{job.number}.json", plain(data))


def read_jobs(folder: Path) -> list[SweepJob]:
    """Every job that has reported, by number; overrides that all of them share are left out."""
    files = sorted((folder / "jobs").glob("*.json"), key=lambda file: int(file.stem))
    jobs = [_job(file) for file in files]
    shared = set.intersection(*(set(job.overrides) for job in jobs)) if len(jobs) > 1 else set()
    return [
        replace(job, overrides=tuple(text for text in job.overrides if text not in shared)) for job in jobs
    ]


def read_job(folder: Path, number: int) -> SweepJob | None:
    """One job as it has reported, or None."""
    file = folder / "jobs" / f"{number}.json"
    return _job(file) if file.exists() else None


def _job(file: Path) -> SweepJob:
    data = json.loads(file.read_text(encoding="utf-8"))
    run = Path(data["run_folder"]) if data["run_folder"] else None
    return SweepJob(
        **{
            **data,
            "run_folder": run,
            "overrides": tuple(data["overrides"]),
            "findings": tuple(data["findings"]),
        }
    )
