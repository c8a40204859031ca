"""How AWS names what the capability schemas describe: `schemas/aws_names.json`, read once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from runner.model import Model
from runner.resources import shipped


@dataclass(frozen=True, slots=True)
class PricedItem:
    """A price of our schemas, found by the end of a usage type."""

    item: str
    commitment: str | None
    per: str


@cache
def aws_names() -> Mapping[str, Any]:
    """The whole file."""
    return json.loads((shipped("schemas") / "aws_names.json").read_bytes())  # type: ignore[no-any-return]


def is_listed(method: str) -> bool:
    """Whether ListFoundationModels shows this method at all, so that its absence means something."""
    return method.upper() in aws_names()["customizations"]["listed"]


def limit_of_quota(name: str) -> tuple[str, str, frozenset[str]] | None:
    """Method, limit and the words of the model that a quota is about; None for other quotas."""
    for row in aws_names()["quotas"]["limits"]:
        if found := re.search(row["pattern"], name):
            return row["method"], row["limit"], words(found["model"])
    return None


def words(name: str) -> frozenset[str]:
    """What tells one model's name from another's: `Meta Llama 3.1 8B Instruct v1` is 3.1, 8b, llama."""
    noise = set(aws_names()["quotas"]["noise"])
    return frozenset(re.findall(r"[a-z0-9.]+", name.lower())) - noise


def usage_parts(usage_type: str) -> tuple[str, str] | None:
    """A usage type without its region's prefix: the model's name in the price list, and what is priced."""
    for row in aws_names()["prices"]["items"]:
        head = usage_type.removesuffix("-" + row["suffix"])
        if head != usage_type and "-" in head:
            return head.partition("-")[2], row["suffix"]
    return None


def price_names(model: Model) -> set[str]:
    """The names under which the price list has this model: from the file, and from its known usage types."""
    known = {aws_names()["prices"]["names"].get(model.id)}
    for price in model.data["prices"]:
        parts = usage_parts(price.get("usage_type", ""))
        known.add(parts[0] if parts else None)
    return {name for name in known if name}


def measured(suffix: str, usd: Decimal, unit: str) -> tuple[PricedItem, Decimal] | None:
    """What a row with this end and unit is the price of, and the price in the schemas' measure, such as for
    1,000 tokens; None if no item is sold by that unit.
    """
    for row in aws_names()["prices"]["units"]:
        if not re.search(row["pattern"], unit.strip().lower()):
            continue
        for item in aws_names()["prices"]["items"]:
            if (item["suffix"], item["kind"]) == (suffix, row["kind"]):
                priced = PricedItem(item["item"], item.get("commitment"), item["per"])
                return priced, (usd * item["amount"] / row["amount"]).normalize()
    return None
