"""What a person or a test asks of the simulator itself: state, faults, time. JSON under `/_simulator/`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from runner.simulator import faults
from runner.simulator.reply import Reply
from runner.simulator.world import World

PREFIX = "/_simulator/"
HEADER = "HTTP_X_RUNNER_SIMULATOR"
"""A web page cannot send this header across origins, so no page that is open in a browser can give orders."""

_HOSTS = ("127.0.0.1", "localhost")
"""A page whose own name was made to point here (DNS rebinding) could send the header: its host tells."""


def is_for(environ: dict[str, Any]) -> bool:
    """Whether a request is for the simulator, not for AWS."""
    return str(environ.get("PATH_INFO", "")).startswith(PREFIX)


def answered(world: World, environ: dict[str, Any]) -> Reply:
    """Do what was asked."""
    if str(environ.get("HTTP_HOST", "")).rpartition(":")[0] not in _HOSTS:
        return _json(403, {"error": f"orders are taken at {' and '.join(_HOSTS)} only"})
    if HEADER not in environ:
        return _json(403, {"error": "the header x-runner-simulator is missing"})
    order = _ORDERS.get(str(environ["PATH_INFO"]).removeprefix(PREFIX))
    if order is None:
        return _json(404, {"error": "no such order", "orders": sorted(_ORDERS)})
    length = int(environ.get("CONTENT_LENGTH") or 0)
    words = json.loads(environ["wsgi.input"].read(length) or b"{}")
    try:
        return _json(200, order(world, words, environ))
    except (ValueError, KeyError, TypeError) as error:
        return _json(400, {"error": str(error)})


def _status(world: World, _words: dict[str, Any], _environ: dict[str, Any]) -> dict[str, Any]:
    from collections import Counter

    from runner.simulator import topics

    with world.transaction():
        topics.settle(world)
    jobs = Counter(each["status"] for each in world.find("job"))
    return {
        "pid": os.getpid(),
        "time": world.stamp(),
        "rate": world.clock.rate,
        "jobs": dict(jobs),
        "custom_models": len(world.find("custom-model")),
        "calls": len(world.calls),
        "faults": faults.standing(world),
        "problems": world.problems,
    }


def _ping(_world: World, _words: dict[str, Any], _environ: dict[str, Any]) -> dict[str, Any]:
    return {"pid": os.getpid()}


def _calls(world: World, _words: dict[str, Any], _environ: dict[str, Any]) -> dict[str, Any]:
    return {"calls": world.calls}


def _fault(world: World, words: dict[str, Any], _environ: dict[str, Any]) -> dict[str, Any]:
    if words.pop("clear", False):
        faults.clear(world)
    if words:
        faults.add(world, faults.Fault(**words))
    return {"faults": faults.standing(world)}


def _advance(world: World, words: dict[str, Any], _environ: dict[str, Any]) -> dict[str, Any]:
    world.advance(float(words["seconds"]))
    return {"time": world.stamp()}


def _set(world: World, words: dict[str, Any], _environ: dict[str, Any]) -> dict[str, Any]:
    rate = words.pop("rate", None)
    if rate is not None:
        world.run_at(float(rate))
    if words:
        world.set(**words)
    return {"rate": world.clock.rate}


def _down(_world: World, _words: dict[str, Any], environ: dict[str, Any]) -> dict[str, Any]:
    environ["simulator.stop"]()
    return {"stopping": True}


_ORDERS: dict[str, Callable[[World, dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    "ping": _ping,
    "status": _status,
    "calls": _calls,
    "faults": _fault,
    "advance": _advance,
    "set": _set,
    "down": _down,
}


def _json(status: int, body: dict[str, Any]) -> Reply:
    return Reply(status, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"})
