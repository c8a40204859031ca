"""Compare base and custom model on held-out questions, and write the scores into the report.

RUN is a recipe (its newest run) or a run folder. The custom model must be deployed (`runner deploy`). Scores:
chrF, exact match, length; with --judge a model also marks accuracy and consistency. The price is shown first.
"""

from __future__ import annotations

import argparse
import json
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.hosting.target import Target
    from runner.ledger import Ledger


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner evaluate`."""
    parser.add_argument("run", metavar="RUN", help="a recipe, or a run folder")
    parser.add_argument("--records", type=int, default=50, metavar="N", help="questions to ask (default: 50)")
    parser.add_argument("--max-tokens", type=int, default=512, metavar="N", help="at most so long an answer")
    parser.add_argument(
        "--judge", default="", metavar="MODEL", help="default: evaluation.judge of the recipe"
    )
    parser.add_argument("--accept-unknown-price", action="store_true", help="ask although a price is unknown")
    parser.add_argument("--dry-run", action="store_true", help="show the price, ask nothing")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Price, ask, score, write `evaluation.json` and the report."""
    from runner.hosting.asking import endpoint
    from runner.hosting.evaluating import estimate, sides
    from runner.hosting.held_out import questions
    from runner.hosting.home import cloud_at, identified
    from runner.hosting.target import target_of
    from runner.ledger import open_ledger

    ledger = open_ledger()
    target = target_of(args.run, ledger)
    if target.run is None:
        raise RunnerError(
            "an evaluation needs the run that made the model", fix="give its run folder or recipe"
        )
    plan = target.run.read("plan.json") or {}
    asked = sides(target, endpoint(target, ledger, args.run), args.judge or _judge(plan))
    found = questions(target.run.path / "validation.jsonl", args.records)
    high = estimate(asked, _input_tokens(target, len(found)), len(found), args.max_tokens)
    _show_price(args, target, high, len(found))
    if args.dry_run:
        return 0
    cloud = identified(cloud_at(target.region, target.simulator))
    result = _paid_for(args, ledger, target, cloud, asked, found, high or Decimal(0))
    _report(args, target, result)
    return 0


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

    job = f"evaluation-{target.fingerprint[:12]}-{uuid.uuid4().hex[:8]}"
    budget = ((target.run.read("plan.json") if target.run else None) or {}).get("budget") or {}
    limit = budget.get("max_usd")
    ledger.reserve(
        job=job, project=target.project, recipe=target.recipe, sweep="", usd=high,
        max_usd=None if limit is None else Decimal(str(limit)), max_usd_per_sweep=None,
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


def _judge(plan: dict[str, Any]) -> str:
    config = (plan.get("recipe") or {}).get("config") or {}
    return str((config.get("evaluation") or {}).get("judge") or "")


def _input_tokens(target: Target, number: int) -> int:
    """Tokens of the questions, at most: those of so many whole records, twice, as tokenizers differ."""
    from runner.reporting.evidence import section

    assert target.run is not None
    dataset = target.run.read("dataset.json") or {}
    records = int(section(dataset, "totals").get("validation") or 0)
    tokens = int(section(dataset, "tokens", "validation").get("total") or 0)
    if not records:
        return (target.run.path / "validation.jsonl").stat().st_size
    return -(-tokens * number // records) * 2


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
