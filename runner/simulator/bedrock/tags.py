"""Tags: TagResource, UntagResource, ListTagsForResource."""

from __future__ import annotations

from typing import Any

from runner.simulator import tagging
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

MOST_TAGS = rule(
    "A resource has at most 50 tags",
    provenance="documented",
    source="AWS tagging guide: 50 tags a resource; botocore: TooManyTagsException",
)


def tag_resource(world: World, request: Request) -> dict[str, Any]:
    """Add tags, or change their values."""
    arn = request.params["resourceARN"]
    tags = {each["key"]: each["value"] for each in _tags(world, arn)}
    tags.update({each["key"]: each["value"] for each in request.params["tags"]})
    if len(tags) > 50:
        raise Refused("TooManyTagsException", "Too many tags", rule=MOST_TAGS, resourceName=arn)
    world.put("tags", arn, tags)
    return {}


def untag_resource(world: World, request: Request) -> dict[str, Any]:
    """Take tags away; keys that are not there are no error."""
    arn = request.params["resourceARN"]
    gone = set(request.params["tagKeys"])
    world.put(
        "tags", arn, {each["key"]: each["value"] for each in _tags(world, arn) if each["key"] not in gone}
    )
    return {}


def list_tags_for_resource(world: World, request: Request) -> dict[str, Any]:
    """The tags of one resource."""
    return {"tags": _tags(world, request.params["resourceARN"])}


def _tags(world: World, arn: str) -> list[dict[str, Any]]:
    found = tagging.of(world, arn)
    if found is None:
        raise Refused("ResourceNotFoundException", f"Could not find resource {arn}")
    return found
