"""The few forms in which facts are put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner.model import Model

Row = tuple[str, ...]

NO_YES = {True: "yes", False: "no", None: "uncertain"}


def cited(model: Model, fact: Mapping[str, Any]) -> str:
    """`[key, date, confidence]`, with the note; the reason where there is no source."""
    if "source" not in fact:
        return str(fact.get("reason", ""))
    source = source_of(model, fact)
    key = fact["source"]
    if other := fact.get("default_source"):
        key = f"{key}; default: {other}"
    note = f"; {fact['note']}" if "note" in fact and "jobs_allowed" not in fact else ""
    return f"[{key}, {source['as_of']}, {source['confidence']}{note}]"


def source_of(model: Model, fact: Mapping[str, Any]) -> dict[str, str]:
    """Date and confidence of a fact."""
    source = model.data["sources"][fact["source"]]
    return {"as_of": source["as_of"], "confidence": fact.get("confidence", source["confidence"])}


def joined(words: Iterable[str]) -> str:
    """Each word once, with commas."""
    return ", ".join(dict.fromkeys(words))


def number(value: Any) -> str:
    """A number as people write it: `1e-05`, `0.1`, `20`."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def dates(life: Mapping[str, Any]) -> list[str]:
    """`legacy 2026-03-10`, `end 2026-09-10`: those that are known."""
    return [f"{key.removesuffix('_date')} {life[key]}" for key in ("legacy_date", "end_date") if life[key]]
