"""Stage sweep: one recipe at many points, through Hydra's own sweeper; ends with a table of every job.

Every job is a whole run with a run folder of its own. The dataset work is shared by content (the cache), and
a point that has already run is found and not trained again. One job's failure never hides the others.
A sweep that may cost money is priced whole before its first job. Jobs that run elsewhere are all started
before any is waited for; those that the platform has no room for yet start when others have ended.
"""

from __future__ import annotations

import functools
import itertools
import json
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from runner.atomic import digest, write_json
from runner.aws.calls import Unanswered
from runner.check import check
from runner.compose import compose_all
from runner.composition.multirun import launch
from runner.dataset import build
from runner.errors import BudgetError, BusyError, RecipeError, RunnerError
from runner.execute import ask_to_spend, execute, goes_on, needs_consent, runs_elsewhere
from runner.plan import LOCAL, make_plan, require_runnable
from runner.planning.money import dollars, total
from runner.progress import Progress
from runner.reporting.sweep_jobs import read_job, read_jobs, write_job
from runner.reporting.sweep_summary import WAITING, SweepJob, ended_job, write_sweep
from runner.runs import RunFolder, run_folder, runs_folder

_UNDER_WAY = ("InProgress", "Stopping", WAITING)
_FIRST_PAUSES, _PAUSE, _SIMULATED_PAUSE = (5.0, 10.0, 20.0, 40.0), 60.0, 0.2
"""Seconds between two looks at jobs that run elsewhere."""


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
    yes: bool = False
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep that has ended: its jobs and its page."""

    folder: Path
    jobs: tuple[SweepJob, ...]
    page: Path


def sweep(request: SweepRequest, root: Path, name: str, *, priced: bool = True) -> Sweep:
    """Run every point; `priced`: all are priced before the first.

    Errors: `RecipeError` when the overrides can't be composed, `BudgetError`; then nothing has run.
    """
    folder = sweep_folder(root, name, request)
    for stale in folder.glob("jobs/*.json"):
        stale.unlink()
    if priced:
        require_purse(request, folder)
    task = functools.partial(run_point, request, folder)
    for pause in itertools.chain(_FIRST_PAUSES, itertools.repeat(_PAUSE)):
        launch(request.file, request.overrides, task, folder, allow_env=request.allow_env)
        jobs = read_jobs(folder)
        complete = not any(map(_under_way, jobs))
        if complete or not request.wait:
            break
        _rest(jobs, pause)
    page = write_sweep(folder, jobs, recipe=name, overrides=request.overrides, complete=complete)
    return Sweep(folder, tuple(jobs), page)


def sweep_folder(root: Path, name: str, request: SweepRequest) -> Path:
    """`runs/<recipe name>/sweeps/<id>/`; the same sweep of the same recipe has the same folder."""
    folder = runs_folder(root) / name / "sweeps" / digest([request.file.name, list(request.overrides)])[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_point(request: SweepRequest, folder: Path, number: int, overrides: Sequence[str]) -> None:
    """One job of the sweep, from composition to report. Every expected failure ends in the job's own file."""
    progress = Progress(quiet=request.quiet)
    before = read_job(folder, number)
    if before and (not _under_way(before) or _goes_on(before, progress)):
        return
    progress.say(f"job {number}: {' '.join(text.lstrip('+') for text in overrides)}")
    run: RunFolder | None = None
    error: RunnerError | None = None
    try:
        checked = check(request.file, overrides, allow_env=request.allow_env, data_roots=request.data_roots)
        dataset = build(
            checked.recipe, checked.model, workers=request.workers, offline=request.offline, progress=progress
        )
        plan = make_plan(checked, dataset, ask=not request.offline)
        require_runnable(plan)
        run = run_folder(checked.recipe.root, checked.recipe.name, plan.fingerprint)
        elsewhere = runs_elsewhere(checked.recipe)
        execute(plan, checked, dataset, progress, sweep=folder.name, wait=not elsewhere)
    except BusyError as busy:
        progress.say(f"job {number}: waiting for room: {busy.message}")
        run, error = None, None
    except RunnerError as expected:
        error = expected
    except OSError as refused:
        error = RunnerError(f"{refused.filename or 'a file'}: {refused.strerror or refused}")
    except Exception as bug:
        # A bug in one job must not hide the others: shown whole here, named in the table.
        traceback.print_exc()
        error = RunnerError(f"internal error: {type(bug).__name__}: {bug}")
    job = ended_job(number, overrides, run, error)
    if job.state != "Completed" and not _under_way(job):
        progress.say(f"job {number}: {job.state}: {job.error}")
    write_job(folder, job)
    write_sweep(folder, read_jobs(folder), recipe=folder.parent.parent.name, overrides=request.overrides)


def _rest(jobs: Sequence[SweepJob], pause: float) -> None:
    """Wait for the next look. Errors: `KeyboardInterrupt` that says what goes on."""
    try:
        time.sleep(_SIMULATED_PAUSE if any(job.metrics.get("synthetic") for job in jobs) else pause)
    except KeyboardInterrupt:
        running = sum(job.state in ("InProgress", "Stopping") for job in jobs)
        raise KeyboardInterrupt(
            f"{running} jobs of the sweep go on, and cost what the plan says; the same command follows them,"
            " `runner cancel RUN` stops one"
        ) from None


def _goes_on(job: SweepJob, progress: Progress) -> bool:
    """Whether the job was started and has not ended: one cheap look in place of the whole path."""
    if job.run_folder is None:
        return False
    try:
        return goes_on(RunFolder(job.run_folder))
    except (BusyError, Unanswered) as passing:
        progress.say(f"job {job.number}: {passing.message}; asking again later")
        return True
    except RunnerError:
        return False  # the whole path tells what is wrong


def _under_way(job: SweepJob) -> bool:
    """Whether another look may find the job further on."""
    return job.state in _UNDER_WAY and not job.error


def price_point(request: SweepRequest, folder: Path, number: int, overrides: Sequence[str]) -> None:
    """Write down what one job would cost; a point that cannot be planned is reported when its turn comes."""
    try:
        checked = check(request.file, overrides, allow_env=request.allow_env, data_roots=request.data_roots)
        dataset = build(checked.recipe, checked.model, workers=request.workers, offline=request.offline)
        plan = make_plan(checked, dataset, ask=False)
    except (RunnerError, OSError):
        return
    if plan.data["budget"]["paid"]:
        row = {
            "cost": {bound: plan.cost[bound] for bound in ("likely", "high")},
            "limit": plan.data["budget"]["max_usd_per_sweep"],
            "asks": needs_consent(plan),
        }
        write_json(folder / "prices" / f"{number}.json", row)


def require_purse(request: SweepRequest, folder: Path) -> None:
    """Price every job first. Errors: `BudgetError` over the sweep's limit; `RunnerError` without consent."""
    for stale in folder.glob("prices/*.json"):
        stale.unlink()
    task = functools.partial(price_point, request, folder)
    launch(request.file, request.overrides, task, folder, allow_env=request.allow_env)
    rows = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("prices/*.json"))]
    likely, high = (
        total([Decimal(row["cost"][bound] or "0") for row in rows]) for bound in ("likely", "high")
    )
    limits = [Decimal(row["limit"]) for row in rows if row["limit"] is not None]
    if limits and high > min(limits):
        raise BudgetError(
            f"the sweep's {len(rows)} jobs may cost {dollars(high)} USD (likely {dollars(likely)});"
            f" budget.max_usd_per_sweep is {dollars(min(limits))}; nothing was started",
            fix=f"sweep fewer points, or allow it: budget.max_usd_per_sweep={int(high) + 1}",
        )
    if any(row["asks"] for row in rows) and not request.yes:
        ask_to_spend(f"{len(rows)} jobs cost likely {dollars(likely)} USD, at most {dollars(high)} USD")


def sweep_of(request: SweepRequest) -> Sweep:
    """Run the sweep in the recipe's own project. Errors: `RecipeError` if it can't be composed."""
    base, findings = compose_all(request.file, (), allow_env=request.allow_env)
    if base is None:
        raise RecipeError(findings)
    name = base.mapping.get("name")
    free = (base.mapping.get("executor") or {}).get("kind") == LOCAL
    chosen = any(text.lstrip("+~").startswith("executor") for text in request.overrides)
    label = name if isinstance(name, str) and name else request.file.stem
    return sweep(request, base.root, label, priced=chosen or not free)
