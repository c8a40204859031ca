"""How old the facts about a model are, and the advice that holds for a method whatever the model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from runner.model import Model
from runner.resources import shipped


def advice(method: str) -> Mapping[str, Any]:
    """What schemas/methods.json advises for a method; each part has `cited`, its source, and `source`."""
    return _advice().get(method, {})


def newest_facts(model: Model, method: str) -> str:
    """The date of the newest source of what is known about a method and the model's lifecycle."""
    data = (model.data["methods"].get(method, {}), model.lifecycle)
    dates = {str(model.data["sources"][key]["as_of"]) for part in data for key in _source_keys(part)}
    # `2026` counts from its first day: a page without a day may be as old as that.
    return max(dates, key=lambda text: "" if text == "undated" else f"{text}-01-01"[:10], default="undated")


def age_in_days(as_of: str, today: date) -> int | None:
    """Days since a date; a month or a year counts from its first day. None for `undated`."""
    parts = as_of.split("-")
    if not parts[0].isdigit():
        return None
    year, month, day = (int(part) for part in (*parts, *("1",) * (3 - len(parts))))
    return (today - date(year, month, day)).days


def _source_keys(fact: Any) -> Iterator[str]:
    """Every source key in a part of a capability schema."""
    if isinstance(fact, Mapping):
        for key, value in fact.items():
            if key in ("source", "default_source") and isinstance(value, str):
                yield value
            else:
                yield from _source_keys(value)
    elif isinstance(fact, list):
        for value in fact:
            yield from _source_keys(value)


@cache
def _advice() -> dict[str, dict[str, Any]]:
    data = json.loads((shipped("schemas") / "methods.json").read_bytes())

    def with_source(fact: Any) -> Any:
        if not isinstance(fact, dict):
            return fact
        found = {name: with_source(value) for name, value in fact.items()}
        if "source" in fact:
            source = data["sources"][fact["source"]]
            found["cited"] = f"{source['title']} (as of {source['as_of']}, confidence {source['confidence']})"
        return found

    return {name: with_source(rule) for name, rule in data["methods"].items()}
