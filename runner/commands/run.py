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

from runner.errors import JobError, RecipeError, RunnerError
from runner.options import build_arguments, checked_from, recipe_arguments
from runner.progress import Progress

if TYPE_CHECKING:
    from runner.check import Checked
    from runner.execute import Outcome
    from runner.plan import Plan


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner run`."""
    recipe_arguments(parser)
    parser.add_argument("-m", "--multirun", action="store_true", help="sweep comma-separated override values")
    parser.add_argument(
        "--dry-run", action="store_true", help="stop before the job: the same as `runner plan`"
    )
    parser.add_argument(
        "-y",
        "--yes",
        action="store_true",
        help="spend what the plan says without asking (needed without a terminal)",
    )
    parser.add_argument(
        "--wait", action=argparse.BooleanOptionalAction, default=True,
        help="follow a job that runs elsewhere to its end, or leave it to a later run",
    )  # fmt: skip
    parser.add_argument(
        "--simulate", action="store_true",
        help="on a simulated AWS on this machine: the same as ++executor.simulate=true",
    )  # fmt: skip
    build_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run one recipe, one saved plan, or a sweep."""
    saved = None if args.multirun else _saved_plan(args)
    if args.simulate:
        from runner.planning.plan_text import SIMULATE

        args.overrides = [*args.overrides, SIMULATE]
    if args.multirun:
        return _sweep(args)
    outcome = _one(args, saved)
    if outcome is None:
        return 0
    _show(outcome, args.format)
    left_to_itself = outcome.job.state in ("InProgress", "Stopping") and not args.wait
    if outcome.job.state == "Completed" or left_to_itself:
        return 0
    reason = outcome.job.failure or f"the job ended as {outcome.job.state}"
    fix = outcome.job.details.get("fix") or "`runner run` again resumes where it can"
    return _failed(JobError(reason, fix=f"see {outcome.run.path}; {fix}"), args.format)


def _failed(error: JobError, format: str) -> int:
    """A job's failure is told once: as JSON it stands in the object that was printed."""
    if format != "json":
        raise error
    print(f"error: {error.message}\n    fix: {error.fix}", file=sys.stderr)
    return error.exit_code


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
        yes=args.yes,
        wait=args.wait,
    )
    done = sweep_of(request)
    if args.format == "json":
        print((done.folder / "sweep.json").read_text(encoding="utf-8"), end="")
    else:
        print(f"\n{table(done.jobs)}\n\nsweep: {done.folder / 'sweep.json'}\nreport: {done.page}")
    unfinished = ("InProgress", "Stopping", "Waiting") if not args.wait else ()
    failed = [job for job in done.jobs if job.state not in ("Completed", *unfinished)]
    if failed:
        message = f"{len(failed)} of {len(done.jobs)} jobs did not complete"
        return _failed(JobError(message, fix=f"see {done.page}"), args.format)
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
    from runner.execute import execute, require_consent
    from runner.plan import make_plan, render, require_current, require_runnable
    from runner.show import uses_color

    progress = Progress(quiet=args.format == "json")
    checked = _checked(args)
    dataset = build(
        checked.recipe, checked.model, workers=args.workers, offline=args.offline, progress=progress
    )
    plan = make_plan(checked, dataset, ask=not args.offline)
    if saved is not None:
        require_current(saved, plan)
    require_runnable(plan)
    if args.format != "json":
        print(render(plan, color=uses_color(sys.stdout, ["--no-color"] if args.no_color else [])), flush=True)
    elif args.dry_run:
        print(plan.to_json())
    if args.dry_run:
        return None
    require_consent(plan, yes=args.yes)
    return execute(plan, checked, dataset, progress, wait=args.wait)


def _checked(args: argparse.Namespace) -> Checked:
    """The checked recipe. Errors: `RecipeError`; `RunnerError` for `--simulate` where there is nothing to."""
    try:
        return checked_from(args)
    except RecipeError as error:
        if args.simulate and any(one.path == "executor.simulate" for one in error.findings):
            raise RunnerError(
                "--simulate is for jobs on AWS, and this recipe's executor is none",
                fix="choose it too: executor=bedrock --simulate",
            ) from None
        raise


def _show(outcome: Outcome, format: str) -> None:
    if format == "json":
        plan = outcome.run.read("plan.json")
        from runner.reporting.evidence import read_evidence
        from runner.reporting.money import actual_cost

        arn = outcome.job.details.get("arn")
        summary = {
            "job": {**({"arn": arn} if arn else {}), **outcome.job.as_dict()},
            "fingerprint": plan["fingerprint"],
            "run_folder": str(outcome.run.path),
            "report": str(outcome.report),
            "cost": {**plan["cost"], "actual": actual_cost(read_evidence(outcome.run))},
            "metrics": outcome.metrics,
        }
        print(json.dumps(summary, ensure_ascii=False, indent=2))
        return
    before, after = (outcome.metrics.get(f"validation_loss_{when}") for when in ("before", "after"))
    if before is not None and after is not None:
        print(f"validation loss: {before:.3f} before, {after:.3f} after")
    made_up = " (simulated: losses are made up)" if outcome.metrics.get("synthetic") else ""
    print(f"job: {outcome.job.state}{made_up}")
    print(f"report: {outcome.report}")
