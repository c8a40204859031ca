"""Lists in pages, as AWS gives them: `maxResults`, `nextToken`."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from runner.simulator.refused import Refused


def page(
    items: Sequence[dict[str, Any]], params: dict[str, Any], name: str, *, most: int = 100
) -> dict[str, Any]:
    """The part of `items` that was asked for, under `name`, with `nextToken` when there is more."""
    start = 0
    if params.get("nextToken"):
        try:
            start = int(base64.urlsafe_b64decode(params["nextToken"]).decode())
        except ValueError:
            raise Refused("ValidationException", "The provided nextToken is invalid") from None
    end = start + params.get("maxResults", most)
    reply: dict[str, Any] = {name: list(items[start:end])}
    if end < len(items):
        reply["nextToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return reply


def in_order(items: Sequence[dict[str, Any]], params: dict[str, Any]) -> list[dict[str, Any]]:
    """Newest first unless `sortOrder` is Ascending; `items` come oldest first."""
    return list(items) if params.get("sortOrder") == "Ascending" else list(reversed(items))


def chosen(documents: Sequence[dict[str, Any]], params: dict[str, Any]) -> list[dict[str, Any]]:
    """The documents (`name`, `made`) that `nameContains`, `creationTimeAfter` and `...Before` ask for."""
    part = params.get("nameContains", "")
    after, before = params.get("creationTimeAfter"), params.get("creationTimeBefore")
    return [
        each
        for each in documents
        if part in each["name"]
        and (after is None or each["made"] > after.timestamp())
        and (before is None or each["made"] < before.timestamp())
    ]
