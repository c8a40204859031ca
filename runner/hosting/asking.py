"""Asking a model through Converse: the custom one by what serves it, an imported one by its own ARN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.aws.calls import Refused, call
from runner.bedrock.cloud import Cloud
from runner.errors import RunnerError
from runner.hosting.target import Target
from runner.ledger import Ledger

_SERVED_BY = ("deployment", "provisioned-throughput")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, and the tokens that it is billed for."""

    text: str
    input_tokens: int
    output_tokens: int
    stop_reason: str


def endpoint(target: Target, ledger: Ledger, words: str) -> str:
    """The ARN that Converse takes for this model. Errors: `RunnerError` when nothing serves it."""
    if target.kind != "custom-model":
        return target.arn
    serving = [
        row
        for row in ledger.alive()
        if row.kind in _SERVED_BY and row.arn and row.simulator == target.simulator
        and row.region == target.region and row.name == target.hosted_as
        and row.account == target.account
    ]  # fmt: skip
    if not serving:
        raise RunnerError(
            f"nothing serves {target.arn}",
            fix=f"`runner deploy {words}` hosts it, at 0 USD while idle if it can",
        )
    return sorted(serving, key=lambda row: _SERVED_BY.index(row.kind))[0].arn


def converse(
    cloud: Cloud,
    model: str,
    messages: Sequence[Mapping[str, Any]],
    *,
    system: Sequence[Mapping[str, Any]] = (),
    max_tokens: int = 512,
    temperature: float = 0.0,
) -> Answer:
    """One answer. Errors: `Refused`, `RunnerError`."""
    try:
        reply = call(
            f"asking {model}",
            cloud.client("bedrock-runtime").converse,
            needs=("output",),
            modelId=model,
            messages=[dict(message) for message in messages],
            inferenceConfig={"maxTokens": max_tokens, "temperature": temperature},
            **({"system": [dict(one) for one in system]} if system else {}),
        )
    except Refused as refused:
        raise _explained(refused, model) from None
    blocks = reply["output"].get("message", {}).get("content", [])
    used = reply.get("usage", {})
    return Answer(
        "".join(block.get("text", "") for block in blocks),
        int(used.get("inputTokens", 0)),
        int(used.get("outputTokens", 0)),
        str(reply.get("stopReason", "")),
    )


def _explained(refused: Refused, model: str) -> RunnerError:
    if refused.code == "ModelNotReadyException":
        fix = "it is still being made, or wakes up: try again in a few minutes"
    elif refused.code == "ResourceNotFoundException":
        fix = "its lease has ended, or somebody deleted it: `runner deploy` hosts it again"
    elif "imported-model" in model and refused.code == "ValidationException":
        fix = "not every imported architecture has Converse: Qwen2.5 and GPT-OSS have InvokeModel only"
    else:
        return refused
    return Refused(
        refused.message, code=refused.code, reason=refused.reason, operation=refused.operation, fix=fix
    )
