"""What a job costs, as values: ranges, lines with their sources, and their sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runner.planning.money import plain, product, total

BOUNDS = ("low", "likely", "high")


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity that is known only within bounds."""

    low: Decimal
    likely: Decimal
    high: Decimal

    def times(self, factor: Decimal | int) -> Range:
        """Every bound multiplied."""
        return Range(*(product(bound, factor) for bound in (self.low, self.likely, self.high)))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is paid for; `amount` is None where the price or the quantity is unknown."""

    item: str
    unit: str
    per: str
    """What one price buys."""
    quantity: Range | None = None
    usd: Decimal | None = None
    amount: Range | None = None
    source: str = ""
    as_of: str = ""
    confidence: str = ""
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data: money and quantities as strings."""
        amounts = {bound: _text(getattr(self.amount, bound, None)) for bound in BOUNDS}
        return {
            "item": self.item,
            "quantity": _text(getattr(self.quantity, "likely", None)),
            "unit": self.unit,
            **amounts,
            "usd": _text(self.usd),
            "per": self.per,
            "source": self.source,
            "as_of": self.as_of,
            "confidence": self.confidence,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """The lines and the sum of those that are known; None when none is. `unknown` names the others."""

    platform: str
    lines: tuple[Line, ...]
    hosting: tuple[Line, ...]
    """What serving the custom model would cost: information, in no total."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Items without a price or a quantity."""
        return tuple(line.item for line in self.lines if line.amount is None)

    def sum(self, bound: str) -> Decimal | None:
        """The sum of `low`, `likely` or `high` over the known lines; a platform without lines costs 0."""
        known = [getattr(line.amount, bound) for line in self.lines if line.amount is not None]
        return total(known) if known or not self.lines else None

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `plan.json`."""
        return {
            "platform": self.platform,
            "lines": [line.as_dict() for line in self.lines],
            **{bound: _text(self.sum(bound)) for bound in BOUNDS},
            "unknown": list(self.unknown),
            "hosting": [line.as_dict() for line in self.hosting],
        }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
