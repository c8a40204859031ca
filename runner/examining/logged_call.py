"""One record of a model invocation log, whatever the API that was called: what was asked and what was said.

Shapes: Converse and Nova (`messages` of blocks, `output.message`), Anthropic (`messages`, `content`), Llama
(`prompt`, `generation`), Titan Text (`inputText`, `results`), and those whose answers are a list. A streamed
answer is a list of events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Where a user begins to speak inside one prompt text: Llama 3, Llama 2, and the old form of Claude.
_USER_SPEAKS = re.compile(r"<\|start_header_id\|>user<\|end_header_id\|>|\[INST\]|\n\nHuman:")

_ANSWERS = ("results", "outputs", "generations", "choices")


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """What one call asked and answered. `shape` is empty where the request is of no known form."""

    shape: str
    asked: tuple[str, ...]
    """The user's turns, as text."""
    blocks: int
    """The most content blocks that one turn of the user has."""
    media: tuple[str, ...]
    """Kinds of the user's blocks that are no text, such as `image`."""
    answer: str


def logged_call(asked: Any, answered: Any) -> LoggedCall:
    """The call that a record's `inputBodyJson` and `outputBodyJson` describe."""
    answer = "".join(_answer(answered))
    if not isinstance(asked, Mapping):
        return LoggedCall("", (), 0, (), answer)
    if isinstance(asked.get("messages"), Sequence) and not isinstance(asked["messages"], str):
        shape = "anthropic" if "anthropic_version" in asked else "converse"
        return _chat(shape, asked["messages"], answer)
    for key, shape in (("prompt", "llama"), ("inputText", "titan"), ("message", "cohere")):
        if isinstance(asked.get(key), str):
            text = asked[key]
            turns = max(1, len(_USER_SPEAKS.findall(text))) if text.strip() else 0
            media = ("image",) if asked.get("images") else ()
            return LoggedCall(shape, (text,) * turns, 1, media, answer)
    return LoggedCall("", (), 0, (), answer)


def _chat(shape: str, messages: Sequence[Any], answer: str) -> LoggedCall:
    asked, media, most = [], [], 0
    for message in messages:
        if not isinstance(message, Mapping) or message.get("role") != "user":
            continue
        content = message.get("content")
        blocks = [{"text": content}] if isinstance(content, str) else list(content or ())
        most = max(most, len(blocks))
        asked.append("".join(_texts(blocks)))
        media += [kind for block in blocks if (kind := _kind(block)) != "text"]
    return LoggedCall(shape, tuple(asked), most, tuple(dict.fromkeys(media)), answer)


def _kind(block: Any) -> str:
    """`text`, `image`, …: Anthropic says it in `type`, Converse in the key."""
    if not isinstance(block, Mapping):
        return "unknown"
    if "type" in block:
        return str(block["type"])
    return next((str(key) for key in block), "unknown")


def _texts(blocks: Any) -> Iterator[str]:
    if isinstance(blocks, str):
        yield blocks
    elif isinstance(blocks, Sequence):
        for block in blocks:
            if isinstance(block, Mapping) and isinstance(block.get("text"), str):
                yield block["text"]


def _answer(body: Any) -> Iterator[str]:
    """The pieces of the answer, in order."""
    if isinstance(body, Sequence) and not isinstance(body, str):
        for event in body:
            yield from _answer(event)
    if not isinstance(body, Mapping):
        return
    message = _inner(body, "output", "message")
    yield from _texts(message.get("content"))  # Converse, Nova
    yield from _texts(body.get("content"))  # Anthropic
    for delta in (_inner(body, "delta"), _inner(body, "contentBlockDelta", "delta")):  # streamed
        yield from _texts([delta])
    if isinstance(body.get("generation"), str):  # Llama
        yield body["generation"]
    for key in _ANSWERS:
        yield from _listed(body.get(key))


def _listed(answers: Any) -> Iterator[str]:
    """The first of several answers: Titan Text, Mistral, Cohere, and what follows OpenAI."""
    answer = answers[0] if isinstance(answers, list) and answers else None
    if isinstance(answer, Mapping):
        yield from (answer[key] for key in ("outputText", "text") if isinstance(answer.get(key), str))
        yield from _texts(_inner(answer, "message").get("content"))


def _inner(body: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body if isinstance(body, Mapping) else {}
