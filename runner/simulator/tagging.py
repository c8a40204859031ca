"""The tags of anything that has an ARN; whoever makes a resource calls `start`, whoever deletes it `end`."""

from __future__ import annotations

from typing import Any

from runner.simulator.world import World


def start(world: World, arn: str, tags: list[dict[str, str]] | None) -> None:
    """A new resource and its first tags (`[{"key": …, "value": …}]`)."""
    world.put("tags", arn, {each["key"]: each["value"] for each in tags or []})


def end(world: World, arn: str) -> None:
    """The resource is gone."""
    world.delete("tags", arn)


def of(world: World, arn: str) -> list[dict[str, Any]] | None:
    """Its tags, or None when there is no such resource."""
    found = world.get("tags", arn)
    return None if found is None else [{"key": key, "value": value} for key, value in found.items()]
