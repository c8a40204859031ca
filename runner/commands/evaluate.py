"""Compare base and custom model on held-out questions, and write the scores into the report.

RUN is a recipe (its newest run) or a run folder. The custom model must be deployed (`runner deploy`). Scores:
chrF, exact match, length; with --judge a model also marks accuracy and consistency. The price is shown first.
"""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from runner.commands._numbers import counted
from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.hosting.target import Target
    from runner.ledger import Ledger


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner evaluate`."""
    parser.add_argument("run", metavar="RUN", help="a recipe, or a run folder")
    parser.add_argument(
        "--records", type=counted, default=50, metavar="N", help="how many questions (default: 50)"
    )
    parser.add_argument("--max-tokens", type=counted, default=512, metavar="N", help="longest answer")
    parser.add_argument(
        "--judge", default="", metavar="MODEL", help="default: evaluation.judge of the recipe"
    )
    parser.add_argument("--accept-unknown-price", action="store_true", help="ask although a price is unknown")
    parser.add_argument(
        "-y", "--yes", action="store_true", help="do not ask; required without a terminal, unless simulated"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the price, ask nothing")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Price, ask, score, write `evaluation.json` and the report."""
    from runner.hosting.asking import endpoint
    from runner.hosting.evaluating import estimate, sides
    from runner.hosting.held_out import input_tokens, questions
    from runner.hosting.home import cloud_at, identified
    from runner.hosting.target import read_object, target_of
    from runner.ledger import open_ledger

    ledger = open_ledger()
    target = target_of(args.run, ledger)
    if target.run is None:
        raise RunnerError(
            "an evaluation needs the run that made the model", fix="give its run folder or recipe"
        )
    plan = read_object(target.run, "plan.json")
    asked = sides(target, endpoint(target, ledger, args.run), args.judge or _judge(plan))
    found = questions(target.run.path / "validation.jsonl", args.records)
    high = estimate(asked, input_tokens(found, target.base), len(found), args.max_tokens)
    _show_price(args, target, high, len(found))
    if args.dry_run:
        return 0
    if not (args.yes or target.simulator):
        _require_consent(high, len(found))
    cloud = identified(cloud_at(target.region, target.simulator), target.account)
    result = _paid_for(args, ledger, target, cloud, asked, found, high or Decimal(0))
    _report(args, target, result)
    return 0


def _require_consent(high: Decimal | None, number: int) -> None:
    """Errors: `RunnerError` unless a person at the terminal agrees."""
    from runner.execute import ask_to_spend
    from runner.planning.money import dollars

    price = "an unknown price" if high is None else f"at most {dollars(high)} USD"
    ask_to_spend(f"asking {number} questions costs {price}")


def _paid_for(
    args: argparse.Namespace,
    ledger: Ledger,
    target: Target,
    cloud: Any,
    asked: Any,
    found: Any,
    high: Decimal,
) -> dict[str, Any]:
    """Set the money aside, ask, and book what it cost."""
    from runner.hosting.evaluating import evaluate
    from runner.hosting.target import budget_of

    job = f"evaluation-{target.fingerprint[:12]}-{uuid.uuid4().hex[:8]}"
    ledger.reserve(
        job=job, project=target.project, recipe=target.recipe, sweep="", usd=high,
        max_usd=budget_of(target), max_usd_per_sweep=None,
        account=cloud.account, region=cloud.region, simulator=cloud.simulator,
    )  # fmt: skip

    def say(text: str) -> None:
        if args.format == "text":
            print(text, flush=True)

    try:
        result = evaluate(cloud, asked, found, args.max_tokens, say)
    except BaseException:
        # What was asked before the failure is paid: the highest estimate stays booked.
        ledger.book(job, high)
        raise
    ledger.book(job, high if result["usd"] is None else Decimal(result["usd"]))
    return result


def _report(args: argparse.Namespace, target: Target, result: dict[str, Any]) -> None:
    from runner.report import make_report

    assert target.run is not None
    target.run.write("evaluation.json", result)
    target.run.log("evaluate", records=result["records"], synthetic=result["synthetic"])
    page = make_report(target.run)
    if args.format == "json":
        print(json.dumps({**result, "report": str(page)}, ensure_ascii=False, indent=2))
        return
    for name, row in result["scores"].items():
        marks = result["judge"].get(name, {})
        words = [f"{key} {value}" for key, value in {**row, **marks}.items()]
        print(f"{name}: {', '.join(words)}")
    if result["synthetic"]:
        print("synthetic: no model has answered; the scores say nothing about quality")
    print(f"report: {page}")


def _judge(plan: Mapping[str, Any]) -> str:
    config = (plan.get("recipe") or {}).get("config") or {}
    return str((config.get("evaluation") or {}).get("judge") or "")


def _show_price(args: argparse.Namespace, target: Target, high: Decimal | None, number: int) -> None:
    from runner.planning.money import dollars, plain

    if args.dry_run and args.format == "json":
        usd = None if high is None else plain(high)
        print(json.dumps({"records": number, "usd_high": usd, "simulated": bool(target.simulator)}, indent=2))
    elif args.format == "text":
        simulated = "; simulated: nothing is billed" if target.simulator else ""
        usd = "unknown" if high is None else f"at most {dollars(high)} USD"
        print(f"price for {number} questions: {usd}{simulated}", flush=True)
    if high is None and not (target.simulator or args.accept_unknown_price or args.dry_run):
        raise RunnerError(
            "the price of a model that would be asked is unknown",
            fix="look it up, then --accept-unknown-price",
        )
