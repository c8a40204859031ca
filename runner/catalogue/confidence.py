"""How sure the numbers are: for each model and method, how many have which confidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from runner.catalogue.overview import ordered
from runner.catalogue.words import Row
from runner.model import Model

LEVELS = ("A", "B", "C", "D", "unknown")
CONFIDENCE = ("model", "part", *LEVELS)

_PARTS = ("tokens", "prices")
"""What belongs to no method."""


def confidence_rows() -> list[Row]:
    """A row for each method of each model, one for its token bounds, one for its prices, and the sums."""
    counted = [(model.id, part, counts) for model in ordered() for part, counts in confidences(model)]
    sums = {"methods": Counter[str](), **{part: Counter[str]() for part in _PARTS}}
    for _, part, counts in counted:
        sums[part if part in _PARTS else "methods"] += counts
    rows = [*counted, *(("all", part, counts) for part, counts in sums.items())]
    return [(model, part, *(str(counts[level] or "") for level in LEVELS)) for model, part, counts in rows]


def confidences(model: Model) -> Iterator[tuple[str, Counter[str]]]:
    """The numbers of each method, of the token bounds and of the prices, counted by confidence."""
    for name, method in model.methods.items():
        yield name, Counter(_levels(model, method.data))
    for part in _PARTS:
        if counts := Counter(_levels(model, model.data[part])):
            yield part, counts


def _levels(model: Model, fact: Any, level: str = "") -> Iterator[str]:
    """The confidence of every number below a fact; `unknown` once for every fact that says why it is null."""
    if isinstance(fact, Mapping):
        if "source" in fact:
            level = fact.get("confidence") or _of(model, fact["source"])
        if "reason" in fact and None in fact.values():
            yield "unknown"
        for key, value in fact.items():
            if key == "usd" and value is not None:
                yield level
            elif key == "default" and "default_source" in fact:
                yield from _levels(model, value, _of(model, fact["default_source"]))
            else:
                yield from _levels(model, value, level)
    elif isinstance(fact, list):
        for value in fact:
            yield from _levels(model, value, level)
    elif isinstance(fact, int | float) and not isinstance(fact, bool):
        yield level


def _of(model: Model, source: str) -> str:
    return str(model.data["sources"][source]["confidence"])
