"""The comparison of base and custom model that `runner evaluate` leaves, as the report shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.reporting.evidence import Evidence, section
from runner.reporting.figures import is_number, measure, usd

_SCORES = (
    ("chrf", "chrF", "character overlap of the answers with the references, 0 to 100"),
    ("exact_match", "Exact match", "share of answers equal to the reference"),
    ("length_ratio", "Length", "characters of the answers by those of the references"),
)
_MARKS = (
    ("accuracy", "Accuracy", "the judge's mark, 1 to 5"),
    ("consistency", "Consistency", "the judge's mark, 1 to 5"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both models."""

    label: str
    hint: str
    base: str
    custom: str


def table(evidence: Evidence) -> list[Row]:
    """The scores, and the judge's marks if there was one."""
    found = evidence.evaluation
    rows = [_row(name, label, hint, section(found, "scores")) for name, label, hint in _SCORES]
    judged = section(found, "judge")
    return rows + ([_row(name, label, hint, judged) for name, label, hint in _MARKS] if judged else [])


def caption(evidence: Evidence) -> str:
    """How many questions, who judged, and what it cost."""
    found = evidence.evaluation
    parts = [f"{found.get('records')} questions"]
    if judge := section(found, "models").get("judge"):
        parts.append(f"judged by {judge}")
    cost = found.get("usd")
    parts.append("cost unknown" if cost is None else f"cost {usd(cost)}")
    return ", ".join(parts)


def samples(evidence: Evidence) -> list[dict[str, str]]:
    """Some questions with the reference and both answers."""
    names = ("prompt", "reference", "base", "custom")
    given = evidence.evaluation.get("samples")
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
    return [{name: str(row.get(name) or "") for name in names} for row in rows]


def _row(name: str, label: str, hint: str, sides: Mapping[str, Any]) -> Row:
    values = (section(sides, side).get(name) for side in ("base", "custom"))
    base, custom = (measure(value) if is_number(value) else "–" for value in values)
    return Row(label, hint, base, custom)
