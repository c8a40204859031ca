"""What everything that is alive costs by the hour, day and month: the burn rate of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from runner.ledger import Entry, Reservation
from runner.planning.money import plain, product, total

HOURS_PER_MONTH = 730
"""As AWS's own calculator turns hours into months."""
_SPANS = {"hour": Decimal(1), "day": Decimal(24), "month": Decimal(HOURS_PER_MONTH)}


def row(entry: Entry) -> dict[str, Any]:
    """One thing as `status` and `cleanup` show it."""
    rates = {f"usd_per_{span}": _text(rate(entry, span)) for span in _SPANS}
    return {
        "kind": entry.kind,
        "name": entry.name,
        "arn": entry.arn or None,
        "state": entry.state,
        "since": entry.created,
        "expires": entry.expires or None,
        **rates,
        "account": entry.account,
        "region": entry.region,
        "simulated": bool(entry.simulator),
        "simulator": entry.simulator or None,
        "project": entry.project or None,
        "recipe": entry.recipe or None,
        "fingerprint": entry.fingerprint or None,
    }


def rate(entry: Entry, span: str) -> Decimal | None:
    """US dollars by `hour`, `day` or `month`; None where the price is unknown. What is simulated is free."""
    if (
        entry.simulator
        or entry.per == "once"
        or entry.kind in ("schedule", "customization-job", "import-job")
    ):
        return Decimal(0)
    if entry.usd is None:
        return None
    by_hour = Decimal(entry.usd)
    if entry.per == "month":
        # A month's price stays exact by the month, and is rounded by the hour and the day.
        if span == "month":
            return by_hour
        by_hour = (by_hour / HOURS_PER_MONTH).quantize(Decimal("0.000001"))
    return product(by_hour, _SPANS[span])


def burn(entries: Sequence[Entry]) -> dict[str, Any]:
    """The sum of what is known, and how many prices are not."""
    sums = {span: [rate(entry, span) for entry in entries] for span in _SPANS}
    known = {
        f"usd_per_{span}": plain(total([one for one in rates if one is not None]))
        for span, rates in sums.items()
    }
    return {**known, "unknown": sum(one is None for one in sums["hour"])}


def reserved(reservations: Sequence[Reservation]) -> list[dict[str, Any]]:
    """Money that is set aside for jobs under way."""
    return [
        {
            "job": one.job,
            "recipe": one.recipe,
            "project": one.project or None,
            "sweep": one.sweep or None,
            "usd": plain(one.usd),
            "since": one.created,
            "simulated": bool(one.simulator),
        }
        for one in reservations
        if one.state == "open"
    ]


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
