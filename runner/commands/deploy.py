"""Host a custom model for a time: on demand where the model allows it, else by provisioned throughput.

MODEL is a recipe (its newest run), a run folder or a custom model's ARN. What is made always has a lease: AWS
itself deletes it when the lease ends, also if this machine is off by then. The same command again renews the
lease. A commitment is bought only with --commitment, and cannot be deleted before its term is over.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from runner.commands._numbers import amount, counted
from runner.errors import BudgetError, RunnerError

if TYPE_CHECKING:
    from decimal import Decimal

    from runner.hosting.deploying import Offer
    from runner.ledger import Entry

_SPANS = {"m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=365)
"""A lease that nobody lives to see end is none."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner deploy`."""
    parser.add_argument("model", metavar="MODEL", help="a recipe, a run folder, or a custom model's ARN")
    parser.add_argument(
        "--max-lifetime", type=_span, default=timedelta(hours=8), metavar="SPAN",
        help="how long the lease is, such as 90m, 8h or 2d (default: 8h)",
    )  # fmt: skip
    parser.add_argument(
        "--provisioned", action="store_true", help="throughput, even where on demand is possible"
    )
    parser.add_argument(
        "--units", type=counted, default=1, metavar="N", help="model units of throughput (default: 1)"
    )
    parser.add_argument(
        "--commitment", choices=("OneMonth", "SixMonths"), default="",
        help="buy throughput for this term: cheaper by the hour, and paid to its end",
    )  # fmt: skip
    parser.add_argument(
        "--accept-unknown-price", action="store_true", help="provision although no source gives the price"
    )
    parser.add_argument(
        "--max-usd", type=amount, metavar="USD",
        help="what throughput may cost to the end of its lease (default: budget.max_usd of the recipe)",
    )  # fmt: skip
    parser.add_argument("--lease-role", default="", metavar="ARN", help="the role that ends the lease")
    parser.add_argument("--create-lease-role", action="store_true", help="make that role if there is none")
    parser.add_argument("--no-wait", action="store_true", help="do not wait until it can be asked")
    parser.add_argument("--dry-run", action="store_true", help="show what would be made and its price")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask; required without a terminal")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Show the price, ask, make the lease and then the thing."""
    from runner.hosting.deploying import deploy, offer, ready
    from runner.hosting.home import cloud_at, identified, local_time, time_at
    from runner.hosting.lease import role_for
    from runner.hosting.target import target_of, with_base
    from runner.ledger import open_ledger

    ledger = open_ledger()
    target = target_of(args.model, ledger)
    cloud = cloud_at(target.region, target.simulator)
    target = with_base(target, cloud)
    asked = offer(
        target,
        provisioned=args.provisioned,
        units=args.units,
        commitment=args.commitment,
        lifetime=args.max_lifetime,
    )
    now = time_at(cloud) if cloud.simulator else local_time()
    if args.format == "text":
        print(_priced(asked, now), flush=True)
    _require_price(asked, args)
    _require_budget(asked, now, args.max_usd)
    if args.dry_run:
        _print(args, asked, now, None, {})
        return 0
    if asked.kind == "provisioned-throughput" and not _agreed(args):
        return 0
    cloud = identified(cloud, target.account)

    def role() -> str:
        return role_for(cloud, args.lease_role, create=args.create_lease_role)

    try:
        # The lease begins now: the question may have stood there for hours.
        entry, record = deploy(cloud, ledger, asked, time_at(cloud), role)
        if not args.no_wait:
            record = ready(cloud, ledger, entry, _say(args))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_what_stays(asked, args.model)) from None
    _print(args, asked, now, entry, record)
    return 0


def _what_stays(asked: Offer, words: str) -> str:
    from runner.planning.money import dollars

    cost = "nothing while idle" if asked.kind == "deployment" else f"{dollars(asked.hourly.usd)} USD an hour"
    which = "--all" if words.startswith("arn:") else words
    return (
        f"{asked.kind} {asked.name} may exist now and costs {cost} until its lease ends; "
        f"`runner status` shows it, `runner cleanup {which}` ends it"
    )


def _span(text: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,6})([mhd])", text)
    span = timedelta(**{_SPANS[match[2]]: int(match[1])}) if match else timedelta()
    if not timedelta() < span <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a span such as 90m, 8h or 2d, of at most 365d")
    return span


def _require_price(asked: Offer, args: argparse.Namespace) -> None:
    if asked.hourly.usd is None and not (args.accept_unknown_price or args.dry_run):
        raise RunnerError(
            f"the hourly price is unknown: {asked.hourly.note}",
            fix="look it up on the price page of Amazon Bedrock, then add --accept-unknown-price",
        )


def _require_budget(asked: Offer, now: datetime, stated: Decimal | None) -> None:
    """A lease that costs more than a job may is not taken by mistake. Errors: `BudgetError`."""
    from runner.hosting.target import budget_of
    from runner.planning.money import dollars

    limit = budget_of(asked.target) if stated is None else stated
    usd = asked.lease_usd(now)
    if limit is None or usd is None or usd <= limit or asked.target.simulator:
        return
    key = "budget.max_usd" if stated is None else "--max-usd"
    raise BudgetError(
        f"the lease may cost {dollars(usd)} USD to its end; {key} is {dollars(limit)} USD",
        fix=f"a shorter one (--max-lifetime), or allow it: --max-usd {int(usd) + 1}",
    )


def _agreed(args: argparse.Namespace) -> bool:
    if args.yes:
        return True
    if args.format == "json" or not sys.stdin.isatty():
        raise RunnerError("provisioned throughput is billed by the hour, and nobody is there to be asked",
                          fix="add --yes")  # fmt: skip
    return input("Provision it? [y/N] ").strip().lower() in ("y", "yes")


def _priced(asked: Offer, now: datetime) -> str:
    from runner.hosting.home import stamp
    from runner.planning.money import dollars

    simulated = " (simulated: nothing is billed)" if asked.target.simulator else ""
    lines = [f"{asked.kind} {asked.name} of {asked.target.arn}{simulated}"]
    if asked.kind == "deployment":
        lines.append("price: 0 USD an hour while idle")
        for side, price in asked.tokens.items():
            lines.append(f"  {side}: {dollars(price.usd)} USD for 1,000 tokens ({price.note})")
    else:
        lines.append(
            f"price: {dollars(asked.hourly.usd)} USD an hour for {asked.units} unit(s) ({asked.hourly.note})"
        )
        if (usd := asked.lease_usd(now)) is not None:
            lines.append(f"  to the end of the lease: {dollars(usd)} USD")
    lines.append(f"lease: until {stamp(asked.ends(now))}; AWS deletes it then")
    if asked.commitment:
        lines.append(
            f"commitment {asked.commitment}: it cannot be deleted, and is paid, until about "
            f"{stamp(asked.committed(now))}"
        )
    return "\n".join(lines)


def _say(args: argparse.Namespace) -> Callable[[str], None]:
    def say(text: str) -> None:
        if args.format != "json":
            print(text, flush=True)

    return say


def _print(
    args: argparse.Namespace, asked: Offer, now: datetime, entry: Entry | None, record: Mapping[str, Any]
) -> None:
    from runner.hosting.home import stamp
    from runner.planning.money import plain

    state = record.get("status")
    if args.format == "json":
        usd = asked.hourly.usd
        data = {
            "kind": asked.kind,
            "name": asked.name,
            "arn": entry.arn if entry else None,
            "model": asked.target.arn,
            "state": state,
            "usd_per_hour": None if usd is None else plain(usd),
            "price_note": asked.hourly.note,
            "lease_ends": entry.expires if entry else stamp(asked.ends(now)),
            "commitment": asked.commitment or None,
            "commitment_ends": stamp(asked.committed(now)) if asked.commitment else None,
            "usd_to_lease_end": None if (whole := asked.lease_usd(now)) is None else plain(whole),
            "region": asked.target.region,
            "simulated": bool(asked.target.simulator),
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
    elif entry is not None:
        print(f"{entry.arn}: {state}, lease until {entry.expires}")
        which = "--all" if args.model.startswith("arn:") else args.model
        print(f'ask it: runner invoke {args.model} "…"; end it: runner cleanup {which}')
