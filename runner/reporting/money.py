"""What the job was planned to cost, and what it did cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.reporting.evidence import Evidence, section
from runner.reporting.figures import decimal, usd

_FREE_EXECUTORS = frozenset({"local"})
"""Executors that run on the user's own machine: no provider bills for them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the planned cost, ready to show."""

    item: str
    quantity: str
    price: str
    low: str
    likely: str
    high: str
    source: str
    confidence: str
    note: str


def planned_lines(evidence: Evidence) -> list[Line]:
    """The lines of the plan, with the source of every price."""
    return _lines(evidence, "lines")


def hosting_lines(evidence: Evidence) -> list[Line]:
    """What serving the custom model would cost: information, in no total."""
    return _lines(evidence, "hosting")


def actual_cost(evidence: Evidence) -> dict[str, Any]:
    """What was paid: `usd` (a string; None when unknown) and a note that says where that is known from."""
    stated = section(evidence.job, "details", "cost") or section(evidence.metrics, "cost")
    executor = str(evidence.job.get("executor") or section(evidence.plan, "executor").get("kind") or "")
    if stated.get("usd") is not None and decimal(stated["usd"]) is not None:
        return {
            "usd": str(stated["usd"]),
            "note": str(stated.get("note") or f"as the executor {executor} reports"),
        }
    if evidence.state == "NotStarted":
        return {"usd": "0", "note": "no job has been started"}
    if executor in _FREE_EXECUTORS:
        return {"usd": "0", "note": "it ran on your own machine: no provider bills for it"}
    return {"usd": None, "note": "not known here: see the provider's bill"}


def _lines(evidence: Evidence, name: str) -> list[Line]:
    lines = section(evidence.plan, "cost").get(name)
    return [_line(line) for line in lines if isinstance(line, Mapping)] if isinstance(lines, list) else []


def _line(line: Mapping[str, Any]) -> Line:
    as_of = f", as of {line['as_of']}" if line.get("as_of") else ""
    price = f"{usd(line['usd'])} per {line.get('per') or '?'}" if line.get("usd") is not None else "unknown"
    return Line(
        item=str(line.get("item") or "").replace("_", " "),
        quantity=f"{_quantity(line.get('quantity'))} {line.get('unit') or ''}".strip(),
        price=price,
        low=usd(line.get("low")),
        likely=usd(line.get("likely")),
        high=usd(line.get("high")),
        source=f"{line.get('source') or ''}{as_of}",
        confidence=str(line.get("confidence") or ""),
        note=str(line.get("note") or ""),
    )


def _quantity(value: Any) -> str:
    amount = decimal(value)
    if amount is None:
        return "" if value is None else str(value)
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
