"""Show what a job would build, train, store and cost. Nothing is paid.

The dataset is built, or found in the cache. `-o plan.json` saves the plan; `runner run plan.json` then runs
exactly that, or refuses. Exit code 2: the plan has errors; 3: it is over its budget.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError
from runner.options import build_arguments, checked_from, named_path, recipe_arguments
from runner.progress import Progress

if TYPE_CHECKING:
    from runner.check import Checked
    from runner.dataset import Dataset
    from runner.plan import Plan


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner plan`."""
    recipe_arguments(parser)
    parser.add_argument("-o", "--out", type=named_path, metavar="FILE", help="save the plan as JSON")
    build_arguments(parser)
    parser.add_argument(
        "--count-tokens",
        action="store_true",
        help="count a sample with the model's own tokenizer: a file of yours, else Bedrock's CountTokens",
    )


def run(args: argparse.Namespace) -> int:
    """Plan one recipe."""
    from runner.atomic import write_text
    from runner.dataset import build
    from runner.plan import make_plan, render, require_runnable
    from runner.show import uses_color

    if args.count_tokens and args.out:
        raise RunnerError(
            "a plan that is saved rests on facts that are the same everywhere, not on a sample",
            fix="save it without --count-tokens",
        )
    progress = Progress(quiet=args.format == "json")
    checked = checked_from(args)
    dataset = build(
        checked.recipe, checked.model, workers=args.workers, offline=args.offline, progress=progress
    )
    if args.count_tokens:
        checked = _counted(args, checked, dataset)
    plan = make_plan(checked, dataset, ask=not args.offline)
    if args.out:
        write_text(args.out, plan.to_json() + "\n")
    if args.format == "json":
        return _as_json(plan)
    print(render(plan, color=uses_color(sys.stdout, ["--no-color"] if args.no_color else [])), flush=True)
    require_runnable(plan)
    if args.out:
        print(f"saved: {args.out}")
    return 0


def _counted(args: argparse.Namespace, checked: Checked, dataset: Dataset) -> Checked:
    """The checked recipe with token bounds that a sample of its records shows."""
    from dataclasses import replace

    from runner.aws.connection import Connection
    from runner.planning.own_counts import with_own_counts

    region = checked.recipe.region

    def client() -> Any:
        if args.offline:
            raise RunnerError("CountTokens is asked over the network", fix="leave out --offline")
        return Connection(region).client("bedrock-runtime")

    found = with_own_counts(checked.model, dataset, client)
    print(found.said, file=sys.stderr)
    return replace(checked, model=found.model)


def _as_json(plan: Plan) -> int:
    """One JSON document on standard output whatever the outcome; why it cannot run goes to standard error."""
    from runner.plan import require_runnable

    print(plan.to_json(), flush=True)
    try:
        require_runnable(plan)
    except RunnerError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return error.exit_code
    return 0
