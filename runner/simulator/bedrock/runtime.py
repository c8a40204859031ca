"""Answers of the simulated models: canned, always marked synthetic, never a model's own words."""

from __future__ import annotations

import json
import re
from typing import Any

from runner.simulator.hosted import one
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

SERVICE = "bedrock-runtime"
MARK = "[synthetic]"
_STATES = {
    "custom-model-deployment": ("deployment", "Active"),
    "provisioned-model": ("throughput", "InService"),
}
NOT_THE_MODEL = rule(
    "A custom model is asked through its deployment or throughput, not by its own ARN",
    provenance="documented",
    source="guide deploy-custom-model-on-demand.html; prov-throughput.html",
)
NOT_READY = rule(
    "What is still being created cannot be asked",
    provenance="documented",
    source="botocore bedrock-runtime: ModelNotReadyException",
)
NO_CONVERSE = rule(
    "Converse is refused for imported models that do not support it",
    provenance="documented",
    source="guide invoke-imported-model.html",
)
CANNED = rule(
    "A model answers with the canned answer that was set for it, else with its prompt turned round",
    provenance="assumed",
    source="a stand-in: no model runs here",
)


def converse(world: World, request: Request) -> dict[str, Any]:
    """An answer to the last user message, with invented token counts."""
    asked = _asked(world, request, converse=True)
    messages = request.params.get("messages") or []
    if not messages or messages[-1]["role"] != "user":
        raise Refused("ValidationException", "A conversation must end with a user message.")
    prompt = "\n".join(block.get("text", "") for block in messages[-1]["content"])
    text = _answer(world, asked, prompt)
    used = {"inputTokens": _words(prompt), "outputTokens": _words(text)}
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn",
        "usage": {**used, "totalTokens": used["inputTokens"] + used["outputTokens"]},
        "metrics": {"latencyMs": 1},
    }


def invoke_model(world: World, request: Request) -> dict[str, Any]:
    """The same, in the form of an imported model's completion."""
    asked = _asked(world, request, converse=False)
    prompt = str(json.loads(request.params.get("body") or b"{}").get("prompt", ""))
    text = _answer(world, asked, prompt)
    body = {"generation": text, "prompt_token_count": _words(prompt), "generation_token_count": _words(text)}
    return {"body": json.dumps({**body, "stop_reason": "stop"}).encode(), "contentType": "application/json"}


def answers(world: World, name: str, text: str) -> None:
    """From now on the model, deployment or throughput of this name (or ARN) answers so."""
    world.put("answer", name, {"name": name, "text": text})


def _asked(world: World, request: Request, *, converse: bool) -> str:
    """The name of what is asked. Errors: `Refused`."""
    identifier = request.params["modelId"]
    kind = re.search(r":([a-z-]+)/[^:]*", identifier)
    if kind and kind[1] in _STATES:
        collection, ready = _STATES[kind[1]]
        found = one(world, collection, identifier, request.region)
        if found["status"] != ready:
            raise Refused("ModelNotReadyException", f"{found['name']} is not ready.", rule=NOT_READY)
        return str(found["name"])
    if kind and kind[1] == "custom-model":
        raise Refused(
            "ValidationException", "A custom model cannot be invoked by its ARN.", rule=NOT_THE_MODEL
        )
    if kind and kind[1] == "imported-model":
        found = one(world, "imported-model", identifier, request.region)
        if converse and not found["converses"]:
            message = "This action doesn't support the model that you provided."
            raise Refused("ValidationException", message, rule=NO_CONVERSE)
        return str(found["name"])
    return str(identifier).rpartition("/")[2]


def _answer(world: World, name: str, prompt: str) -> str:
    canned = world.get("answer", name)
    if canned is not None:
        return str(canned["text"])
    return f"{MARK} {' '.join(reversed(prompt.split()[:40]))}"


def _words(text: str) -> int:
    return max(1, len(text.split()))
