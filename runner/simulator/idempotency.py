"""`clientRequestToken`: the same request again gets the same reply, and nothing is made twice."""

from __future__ import annotations

from typing import Any

from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

SAME = rule(
    "The same clientRequestToken with the same parameters makes nothing new and gets the same reply",
    provenance="documented",
    source="API reference of the create operations: clientRequestToken",
)
OTHER = rule(
    "The same clientRequestToken with other parameters is refused with ConflictException",
    provenance="assumed",
    source="not established (aws-behaviour.md, section 1)",
)


def earlier_reply(world: World, request: Request) -> dict[str, Any] | None:
    """The reply that this token got before, or None. Errors: `Refused` when the parameters differ."""
    found = world.get("token", _key(request)) if "clientRequestToken" in request.params else None
    if found is None:
        return None
    if found["params"] != _params(request):
        message = "The client request token was used before with different parameters"
        raise Refused("ConflictException", message, rule=OTHER)
    reply: dict[str, Any] = found["reply"]
    return reply


def remember(world: World, request: Request, reply: dict[str, Any]) -> dict[str, Any]:
    """Keep the reply for the token; returns the reply."""
    if "clientRequestToken" in request.params:
        world.put("token", _key(request), {"params": _params(request), "reply": reply})
    return reply


def _key(request: Request) -> str:
    return f"{request.region} {request.operation} {request.params['clientRequestToken']}"


def _params(request: Request) -> dict[str, Any]:
    import json

    plain: dict[str, Any] = json.loads(json.dumps(request.params, default=str))
    return plain
