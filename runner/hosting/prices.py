"""What hosting costs, from the capability schemas; an unknown price is None with the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runner.model import Model
from runner.planning.money import exact, product
from runner.resources import shipped

_COMMITMENTS = {"": "none", "OneMonth": "one month", "SixMonths": "six months"}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one of `per`; `usd` is None where no source gives it, `note` says why or whence."""

    usd: Decimal | None
    per: str
    note: str


def unit_hour(base: Model | None, region: str, commitment: str) -> Price:
    """One model unit of provisioned throughput for an hour."""
    per = "model unit x hour"
    if base is None:
        return Price(None, per, "no capability schema knows the base model")
    wanted = _COMMITMENTS[commitment]
    entries = [
        one for one in base.prices("provisioned_throughput") if one.get("commitment", "none") == wanted
    ]
    known = [one for one in entries if one["usd"] is not None]
    for entry in known:
        if entry["region"] in (region, None):
            source = base.data["sources"][entry["source"]]
            return Price(exact(entry["usd"]), per, f"{source['title']}, {source['as_of']}")
    if known:
        return Price(None, per, f"the price is known for {known[0]['region']} only")
    reason = entries[0].get("reason") if entries else None
    return Price(None, per, str(reason or f"no source gives {base.name}'s price for this commitment"))


def token_prices(base: Model | None, region: str, *, custom: bool) -> dict[str, Price]:
    """A thousand tokens read (`input`) and written (`output`) by the base or by the custom model."""
    way = "custom_inference" if custom else "inference"
    found = {}
    for side in ("input", "output"):
        price = Price(None, "1000 tokens", "no source gives the price")
        for entry in base.prices(f"{way}_{side}") if base else ():
            if entry["usd"] is not None and entry["region"] in (region, None):
                source = base.data["sources"][entry["source"]] if base else {}
                price = Price(exact(entry["usd"]), "1000 tokens", f"{source['title']}, {source['as_of']}")
        found[side] = price
    return found


def tokens_usd(price: Price, tokens: int) -> Decimal | None:
    """What so many tokens cost at a price for a thousand."""
    return None if price.usd is None else product(price.usd, tokens, Decimal("0.001"))


def import_facts() -> dict[str, Any]:
    """`schemas/custom_model_import.json`: what Custom Model Import takes and costs."""
    data: dict[str, Any] = json.loads((shipped("schemas") / "custom_model_import.json").read_text("utf-8"))
    return data
