"""Stage sweep: one recipe at many points, through Hydra's own sweeper; ends with a table of every job.

Every job is a whole run with a run folder of its own. The dataset work is shared by content (the cache), and
a point that has already run is found and not trained again. One job's failure never hides the others.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.atomic import digest
from runner.check import check
from runner.compose import compose_all
from runner.composition.multirun import launch
from runner.dataset import build
from runner.errors import RecipeError, RunnerError
from runner.execute import execute
from runner.plan import make_plan, require_runnable
from runner.progress import Progress
from runner.reporting.sweep_jobs import read_jobs, write_job
from runner.reporting.sweep_summary import SweepJob, ended_job, write_sweep
from runner.runs import RunFolder, run_folder, runs_folder


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """What was asked, as plain values that a launcher can send to another process."""

    file: Path
    overrides: tuple[str, ...]
    allow_env: tuple[str, ...] = ()
    data_roots: tuple[Path, ...] = ()
    workers: int | None = None
    offline: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep that has ended: its jobs and its page."""

    folder: Path
    jobs: tuple[SweepJob, ...]
    page: Path


def sweep(request: SweepRequest, root: Path, name: str) -> Sweep:
    """Run every point. Errors: `RecipeError` when the overrides can't be composed; then nothing has run."""
    folder = sweep_folder(root, name, request)
    for stale in folder.glob("jobs/*.json"):
        stale.unlink()
    task = functools.partial(run_point, request, folder)
    launch(request.file, request.overrides, task, folder, allow_env=request.allow_env)
    jobs = read_jobs(folder)
    page = write_sweep(folder, jobs, recipe=name, overrides=request.overrides, complete=True)
    return Sweep(folder, tuple(jobs), page)


def sweep_folder(root: Path, name: str, request: SweepRequest) -> Path:
    """`runs/<recipe name>/sweeps/<id>/`; the same sweep of the same recipe has the same folder."""
    folder = runs_folder(root) / name / "sweeps" / digest([request.file.name, list(request.overrides)])[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_point(request: SweepRequest, folder: Path, number: int, overrides: Sequence[str]) -> None:
    """One job of the sweep, from composition to report. Every expected failure ends in the job's own file."""
    progress = Progress(quiet=request.quiet)
    progress.say(f"job {number}: {' '.join(text.lstrip('+') for text in overrides)}")
    run: RunFolder | None = None
    error: RunnerError | None = None
    try:
        checked = check(request.file, overrides, allow_env=request.allow_env, data_roots=request.data_roots)
        dataset = build(
            checked.recipe, checked.model, workers=request.workers, offline=request.offline, progress=progress
        )
        plan = make_plan(checked, dataset)
        require_runnable(plan)
        run = run_folder(checked.recipe.root, checked.recipe.name, plan.fingerprint)
        execute(plan, checked, dataset, progress)
    except RunnerError as expected:
        error = expected
    except OSError as refused:
        error = RunnerError(f"{refused.filename or 'a file'}: {refused.strerror or refused}")
    except Exception as bug:
        # A bug in one job must not hide the others: shown whole here, named in the table.
        traceback.print_exc()
        error = RunnerError(f"internal error: {type(bug).__name__}: {bug}")
    job = ended_job(number, overrides, run, error)
    if job.state != "Completed":
        progress.say(f"job {number}: {job.state}: {job.error}")
    write_job(folder, job)
    write_sweep(folder, read_jobs(folder), recipe=folder.parent.parent.name, overrides=request.overrides)


def sweep_of(request: SweepRequest) -> Sweep:
    """Run the sweep in the recipe's own project. Errors: `RecipeError` if it can't be composed."""
    base, findings = compose_all(request.file, (), allow_env=request.allow_env)
    if base is None:
        raise RecipeError(findings)
    name = base.mapping.get("name")
    return sweep(request, base.root, name if isinstance(name, str) and name else request.file.stem)
