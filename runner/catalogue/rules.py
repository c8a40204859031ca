"""The rules of a record in words: one row for each, with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.catalogue.words import Row, cited
from runner.model import Method, Model

_ABOUT = ("source", "note", "reason", "confidence", "doubtful")


def rule_rows(model: Model, method: Method) -> Iterator[Row]:
    """One row for each content rule of the method."""
    for name, rule in (method.data.get("content_rules") or {}).items():
        doubt = "doubtful: " if rule.get("doubtful") else ""
        yield (name.replace("_", " "), doubt + _in_words(rule), cited(model, rule))


def _in_words(rule: Mapping[str, Any]) -> str:
    told = [_part(key, value) for key, value in rule.items() if key not in _ABOUT]
    return "; ".join(filter(None, told)) or "not stated"


def _part(key: str, value: Any) -> str:
    word = key.replace("_", " ")
    if value is None:
        return f"{word}: unknown"
    if isinstance(value, bool):
        return word if value else f"not {word}"
    if isinstance(value, list):
        listed = " ".join(map(repr, value)) if key == "value" else ", ".join(map(str, value))
        return listed if key == "value" else f"{word}: {listed or 'none'}"
    return f"{word}: {value}"
