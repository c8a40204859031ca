"""Do it: build the data, plan, run the job, write the report.

RECIPE may also be a plan that `runner plan -o plan.json` saved: the run is refused (exit code 4) if the
data, the recipe or the facts have changed since. With -m/--multirun, comma-separated values are swept.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import JobError, RunnerError
from runner.options import build_arguments, checked_from, recipe_arguments
from runner.progress import Progress

if TYPE_CHECKING:
    from runner.execute import Outcome
    from runner.plan import Plan


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner run`."""
    recipe_arguments(parser)
    parser.add_argument("-m", "--multirun", action="store_true", help="sweep comma-separated override values")
    parser.add_argument(
        "--dry-run", action="store_true", help="stop before the job: the same as `runner plan`"
    )
    build_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run one recipe, one saved plan, or a sweep."""
    if args.multirun:
        return _sweep(args)
    saved = _saved_plan(args)
    outcome_or_plan = _one(args, saved)
    if outcome_or_plan is None:
        return 0
    _show(outcome_or_plan, args.format)
    if outcome_or_plan.job.state != "Completed":
        reason = outcome_or_plan.job.failure or f"the job ended as {outcome_or_plan.job.state}"
        raise JobError(reason, fix=f"see {outcome_or_plan.run.path}; `runner run` again resumes where it can")
    return 0


def _sweep(args: argparse.Namespace) -> int:
    from runner.reporting.sweep_summary import table
    from runner.sweep import SweepRequest, sweep_of

    if args.dry_run:
        raise RunnerError(
            "--dry-run shows one job, not a sweep", fix="`runner plan` with the values of one job"
        )
    request = SweepRequest(
        file=Path(args.recipe),
        overrides=tuple(args.overrides),
        allow_env=tuple(args.allow_env),
        data_roots=tuple(args.data_root),
        workers=args.workers,
        offline=args.offline,
        quiet=args.format == "json",
    )
    done = sweep_of(request)
    if args.format == "json":
        print((done.folder / "sweep.json").read_text(encoding="utf-8"), end="")
    else:
        print(f"\n{table(done.jobs)}\n\nsweep: {done.folder / 'sweep.json'}\nreport: {done.page}")
    failed = [job for job in done.jobs if job.state != "Completed"]
    if failed:
        raise JobError(f"{len(failed)} of {len(done.jobs)} jobs did not complete", fix=f"see {done.page}")
    return 0


def _saved_plan(args: argparse.Namespace) -> Plan | None:
    """Read RECIPE as a saved plan if it is one, and put its recipe and overrides in its place."""
    if Path(args.recipe).suffix != ".json":
        return None
    from runner.plan import read_plan

    plan = read_plan(Path(args.recipe))
    args.recipe, args.overrides = str(plan.recipe_file), [*plan.overrides, *args.overrides]
    args.planned = len(plan.overrides)
    return plan


def _one(args: argparse.Namespace, saved: Plan | None) -> Outcome | None:
    from runner.dataset import build
    from runner.execute import execute
    from runner.plan import make_plan, render, require_current, require_runnable
    from runner.show import uses_color

    progress = Progress(quiet=args.format == "json")
    checked = checked_from(args)
    dataset = build(
        checked.recipe, checked.model, workers=args.workers, offline=args.offline, progress=progress
    )
    plan = make_plan(checked, dataset)
    if saved is not None:
        require_current(saved, plan)
    require_runnable(plan)
    if args.format != "json":
        print(render(plan, color=uses_color(sys.stdout, ["--no-color"] if args.no_color else [])), flush=True)
    elif args.dry_run:
        print(plan.to_json())
    return None if args.dry_run else execute(plan, checked, dataset, progress)


def _show(outcome: Outcome, format: str) -> None:
    if format == "json":
        plan = outcome.run.read("plan.json")
        summary = {
            "job": outcome.job.as_dict(),
            "fingerprint": plan["fingerprint"],
            "run_folder": str(outcome.run.path),
            "report": str(outcome.report),
            "cost": plan["cost"],
            "metrics": outcome.metrics,
        }
        print(json.dumps(summary, ensure_ascii=False, indent=2))
        return
    before, after = (outcome.metrics.get(f"validation_loss_{when}") for when in ("before", "after"))
    if before is not None and after is not None:
        print(f"validation loss: {before:.3f} before, {after:.3f} after")
    print(f"job: {outcome.job.state}")
    print(f"report: {outcome.report}")
