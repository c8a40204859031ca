"""Prices: what a model's file says beside the rows of AWS's price list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from runner.live.aws_names import PricedItem, measured, price_names, usage_parts
from runner.live.drift import APPEND, PRICES, Compared, Edit
from runner.live.replies import Price


def compare_prices(compared: Compared, region: str, prices: Sequence[Price]) -> None:
    """Compare with the rows of one region; a price that has no row changes nothing."""
    names = price_names(compared.model)
    for row in prices:
        parts = usage_parts(row.usage_type)
        if parts is None or parts[0] not in names:
            continue
        found = None if row.usd is None else measured(parts[1], row.usd, row.unit)
        if found is None:
            why = row.problem or f"priced by {row.unit!r}, which is not known"
            compared.remarks.append(f"{compared.model.id}: {row.usage_type} was left out: {why}")
            continue
        _compare(compared, region, row, *found)


def _compare(compared: Compared, region: str, row: Price, item: PricedItem, usd: Decimal) -> None:
    model = compared.model
    index, entry = _entry(model.data["prices"], item, region)
    text = format(usd, "f")
    path = f"prices.{item.item}" + (f" ({item.commitment})" if item.commitment else "") + f" in {region}"
    if entry is None:
        new: dict[str, Any] = {"item": item.item, "usd": text, "per": item.per, "region": region}
        if item.commitment:
            new["commitment"] = item.commitment
        new |= {"source": PRICES, "usage_type": row.usage_type}
        edit = Edit(("prices", APPEND), new)
        compared.differs(path, None, text, "", PRICES, edit, note=row.usage_type)
        return
    changed = {key: value for key, value in entry.items() if key not in {"reason", "confidence", "note"}}
    changed |= {"usd": text, "source": PRICES, "usage_type": row.usage_type}
    edit = Edit(("prices", index), changed)
    if entry["usd"] is not None and Decimal(entry["usd"]) == usd:
        compared.confirmed.append(Edit(("prices", index), {**changed, "usd": entry["usd"]}))
    else:
        compared.differs(path, entry["usd"], text, entry.get("source", ""), PRICES, edit, note=row.usage_type)


def _entry(
    prices: Sequence[Mapping[str, Any]], item: PricedItem, region: str
) -> tuple[int, Mapping[str, Any] | None]:
    for index, entry in enumerate(prices):
        same = (entry["item"], entry["region"]) == (item.item, region)
        if same and entry.get("commitment") == item.commitment:
            return index, entry
    return -1, None
