"""AWS's replies as plain values: nothing is required that is not used, and no enumeration is closed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model identifier as one region lists it; words are AWS's own, empty if it says nothing."""

    id: str
    region: str
    customizations: tuple[str, ...] = ()
    inference: tuple[str, ...] = ()
    status: str = ""
    legacy_date: str | None = None
    end_date: str | None = None

    def ended(self, today: date) -> bool:
        """Whether its announced end has come."""
        return self.end_date is not None and self.end_date <= today.isoformat()

    @property
    def is_legacy(self) -> bool:
        """Legacy takes no new customization job; a word that is not known is taken as active."""
        return self.status.upper() == "LEGACY"


@dataclass(frozen=True, slots=True)
class Quota:
    """One service quota as it applies to the account."""

    code: str
    name: str
    value: Decimal
    adjustable: bool
    region: str
    default: Decimal | None = None

    @property
    def granted(self) -> bool:
        """Whether the value may be this account's alone: it differs from AWS's default, or none is known."""
        return self.adjustable and self.value != self.default


@dataclass(frozen=True, slots=True)
class Price:
    """One row of the price list with one price; `problem` says why it cannot be used, if so."""

    usage_type: str
    region: str
    usd: Decimal | None
    unit: str
    problem: str = ""


def listed_model(entry: Any, region: str) -> ListedModel | None:
    """A model summary, or the details of one model; None if it does not even name the model."""
    entry = _mapping(entry)
    if not isinstance(entry.get("modelId"), str) or not entry["modelId"]:
        return None
    life = _mapping(entry.get("modelLifecycle"))
    return ListedModel(
        entry["modelId"],
        region,
        _words(entry.get("customizationsSupported")),
        _words(entry.get("inferenceTypesSupported")),
        str(life.get("status") or ""),
        day(life.get("legacyTime")),
        day(life.get("endOfLifeTime")),
    )


def quota(entry: Any, region: str, defaults: Mapping[str, Decimal] | None = None) -> Quota | None:
    """A service quota; None if it holds no number, as when AWS reports an error in its place."""
    entry = _mapping(entry)
    value = _number(entry.get("Value"))
    if value is None or not isinstance(entry.get("QuotaName"), str):
        return None
    code, adjustable = str(entry.get("QuotaCode") or ""), bool(entry.get("Adjustable"))
    return Quota(code, entry["QuotaName"], value, adjustable, region, (defaults or {}).get(code))


def price(text: Any) -> Price | None:
    """A product of the price list, which AWS sends as JSON inside JSON; None if it is no priced row."""
    try:
        product = _mapping(json.loads(text) if isinstance(text, str) else text)
    except ValueError:
        return None
    attributes = _mapping(_mapping(product.get("product")).get("attributes"))
    usage_type, region = (str(attributes.get(key) or "") for key in ("usagetype", "regionCode"))
    if not usage_type:
        return None
    rows = list(_dimensions(_mapping(product.get("terms")).get("OnDemand")))
    if len(rows) != 1:
        return Price(usage_type, region, None, "", f"{len(rows)} prices in one row")
    unit, amount = str(rows[0].get("unit") or ""), _mapping(rows[0].get("pricePerUnit")).get("USD")
    usd = _number(amount)
    if usd is None:
        return Price(usage_type, region, None, unit, "no price in USD")
    if usd <= 0:
        return Price(usage_type, region, None, unit, f"a price of {amount}, which is not believed")
    return Price(usage_type, region, usd, unit)


def day(value: Any) -> str | None:
    """The day of a timestamp in whatever form it came; None if there is none."""
    try:
        if isinstance(value, datetime):
            return (value if value.tzinfo is None else value.astimezone(UTC)).date().isoformat()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date().isoformat()
        return date.fromisoformat(str(value or "")[:10]).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _words(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values) if isinstance(values, list | tuple) else ()


def _dimensions(terms: Any) -> Iterator[Mapping[str, Any]]:
    for term in _mapping(terms).values():
        for dimension in _mapping(_mapping(term).get("priceDimensions")).values():
            yield _mapping(dimension)
