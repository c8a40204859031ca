"""The price of an item in a region, from the capability schema, and the line that it makes of a quantity."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from runner.model import Model
from runner.planning.bill import Line, Range
from runner.planning.money import exact, product


def line(
    model: Model, item: str, region: str | None, quantity: Range | None, unit: str, *, note: str
) -> Line:
    """One line of the bill: the price of the model's schema times a quantity, with its source."""
    price, reason = _price(model, item, region)
    if price is None or price["usd"] is None:
        per = price["per"] if price else unit
        return Line(item, unit, per, quantity, note="; ".join(filter(None, (note, reason))))
    source, usd = model.data["sources"][price["source"]], exact(price["usd"])
    return Line(
        item,
        unit,
        price["per"],
        quantity,
        usd,
        None if quantity is None else quantity.times(product(usd, Decimal(1) / _divisor(price["per"]))),
        source=source["title"],
        as_of=source["as_of"],
        confidence=price.get("confidence", source["confidence"]),
        note="; ".join(filter(None, (note, price.get("note", "")))),
    )


def _price(model: Model, item: str, region: str | None) -> tuple[Mapping[str, Any] | None, str]:
    """The entry for the region, else one whose source names no region, else why there is none."""
    entries = [entry for entry in model.prices(item) if entry.get("commitment", "none") == "none"]
    known = [entry for entry in entries if entry["usd"] is not None]
    for wanted in (region, None):
        for entry in known:
            if entry["region"] == wanted:
                return entry, ""
    if known:
        where = ", ".join(sorted({str(entry["region"]) for entry in known}))
        return None, f"the price is known for {where} only"
    return (entries[0], str(entries[0]["reason"])) if entries else (None, "no source for the price was found")


def _divisor(per: str) -> int:
    """`1000 tokens x epoch` is a price for a thousand; dividing by a power of ten is exact."""
    first = per.partition(" ")[0]
    return int(first) if first.isdigit() else 1
