"""Which format a record is written in, by its keys: to say so when it is not the one that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HOW = {
    "prompt_completion": '{"prompt": …, "completion": …}',
    "input_text": '{"input": …}',
    "converse": '{"schemaVersion": …, "messages": [{"role": …, "content": [{"text": …}]}]}',
    "anthropic_messages": '{"system": …, "messages": [{"role": …, "content": "…"}]}',
    "openai_chat": '{"messages": [{"role": …, "content": "…"}], "reference_answer": …}',
    "image_caption": '{"image-ref": "s3://…", "caption": …}',
    "invocation_log": '{"schemaType": "ModelInvocationLog", "modelId": …, "input": …, "output": …}',
}
"""How a record of each format looks."""

_ELSEWHERE = (
    ({"instruction", "output"}, "the Alpaca form (instruction, input, output)"),
    ({"conversations"}, "the ShareGPT form (conversations)"),
    ({"contents"}, "the Gemini form (contents)"),
    ({"question", "answer"}, "the keys question and answer"),
    ({"chosen", "rejected"}, "the preference form (chosen, rejected)"),
)


def foreign(row: Mapping[str, Any], format: str) -> str:
    """What the record is, in words, if it is clearly something else than `format`; "" otherwise."""
    found = _recognised(row, format)
    if found == format or not found:
        return ""
    return f"the format {found}" if found in HOW else found


def recognised(row: Any) -> str:
    """The format of a record, or "" if its keys tell none of Bedrock's."""
    found = _recognised(row, "") if isinstance(row, Mapping) else ""
    return found if found in HOW else ""


def _recognised(row: Mapping[str, Any], wanted: str) -> str:
    keys = row.keys()
    if row.get("schemaType") == "ModelInvocationLog" or keys >= {"modelId", "input", "output"}:
        return "invocation_log"
    if isinstance(row.get("messages"), list):
        return _chat(row, wanted)
    if keys & {"prompt", "completion"}:
        return "prompt_completion"
    if "image-ref" in keys:
        return "image_caption"
    for names, words in _ELSEWHERE:
        if keys >= names:
            return words
    if "input" in keys and "output" not in keys:
        return "input_text"
    return 'one key "text"' if keys == {"text"} else ""


def _chat(row: Mapping[str, Any], wanted: str) -> str:
    turns = [turn for turn in row["messages"] if isinstance(turn, Mapping)]
    if not turns and wanted in {"converse", "anthropic_messages", "openai_chat"}:
        return wanted
    kinds = {type(turn.get("content")) for turn in turns}
    blocks, plain = list in kinds, str in kinds
    if wanted == "converse" and (blocks or not plain):
        return wanted
    if wanted in {"anthropic_messages", "openai_chat"} and (plain or not blocks):
        own = wanted == "openai_chat" or "reference_answer" not in row
        return wanted if own else "openai_chat"
    if "reference_answer" in row or (plain and any(turn.get("role") == "system" for turn in turns)):
        return "openai_chat"
    return "converse" if blocks or "schemaVersion" in row else "anthropic_messages"
