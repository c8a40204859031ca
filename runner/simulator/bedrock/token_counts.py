"""CountTokens: for the models that it is known to take, an invented count that depends on the text only."""

from __future__ import annotations

from typing import Any

from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

SERVICE = "bedrock-runtime"
TAKEN = ("anthropic.claude-3-haiku-20240307-v1:0",)
NOT_TAKEN = rule(
    "CountTokens takes only some models, by their bare identifier, and refuses the others",
    provenance="documented",
    source="guide count-tokens.html (its example is Claude 3 Haiku); the refusal as others quote it",
)
INVENTED = rule(
    "A token is three bytes of UTF-8, and every turn costs four more",
    provenance="assumed",
    source="a stand-in: no tokenizer of these models is published",
)
_BYTES, _TURN = 3, 4


def count_tokens(_: World, request: Request) -> dict[str, Any]:
    """Tokens of a conversation."""
    if request.params["modelId"] not in TAKEN:
        raise Refused(
            "ValidationException", "The provided model doesn't support counting tokens.", rule=NOT_TAKEN
        )
    conversation = request.params["input"].get("converse")
    if conversation is None:
        raise Refused("ValidationException", "Only converse input is simulated.")
    blocks = [*conversation.get("system", ())]
    turns = conversation.get("messages", ())
    blocks += [block for turn in turns for block in turn["content"]]
    size = sum(len(block.get("text", "").encode()) for block in blocks)
    return {"inputTokens": -(-size // _BYTES) + _TURN * len(turns)}
