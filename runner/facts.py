"""How old the facts about a model are, and the advice that holds for a method whatever the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from runner.model import Model
from runner.resources import shipped


def advice(method: str) -> Mapping[str, Any]:
    """What schemas/methods.json advises for a method; each part has `cited`, its source, and `source`."""
    return _advice().get(method, {})


def facts_as_of(model: Model) -> str:
    """The date of the source that tells whether the model takes jobs: no other fact outlives that one."""
    return str(model.data["sources"][model.lifecycle["source"]]["as_of"])


def age_in_days(as_of: str, today: date) -> int | None:
    """Days since a date; a month or a year counts from its first day. None for `undated`."""
    parts = as_of.split("-")
    if not parts[0].isdigit():
        return None
    year, month, day = (int(part) for part in (*parts, *("1",) * (3 - len(parts))))
    return (today - date(year, month, day)).days


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
