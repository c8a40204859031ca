"""The blocks of a conversation: where each stands, who says it, its kind, and what it names on S3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.examining.images import spelled
from runner.examining.media_judge import KINDS
from runner.examining.media_limits import Named
from runner.examining.rules import Fault, Report

BLOCKS = ("text", *KINDS, "reasoningContent", "toolUse", "toolResult")
_HINT = f"a block is an object with one of these keys: {', '.join(BLOCKS)}"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a record."""

    path: str
    role: str
    kind: str
    value: Any

    @property
    def turn(self) -> str:
        """The path of the turn that it stands in."""
        return self.path.partition(".content")[0]


def blocks_of(record: Mapping[str, Any], source: str, report: Report) -> Iterator[Block]:
    """The blocks of one known kind each; others are reported. Turns of a wrong shape are not our part.

    `D266`: a block of no known kind, of two kinds at once, or that lacks a part.
    """
    messages = record.get("messages")
    for at, message in enumerate(messages if isinstance(messages, list) else ()):
        content = message.get("content") if isinstance(message, dict) else None
        for number, block in enumerate(content if isinstance(content, list) else ()):
            path = f"$.messages[{at}].content[{number}]"
            if isinstance(block, dict) and len(block) == 1 and (kind := next(iter(block))) in BLOCKS:
                yield Block(path, str(message.get("role")), kind, block[kind])
            else:
                report(Fault("D266", path, _no_block(block), _HINT, source))


def named_object(block: Block, source: str, report: Report) -> Named | None:
    """The object that a media block names; reports a block that names none."""
    path, value = f"{block.path}.{block.kind}", block.value
    place = value.get("source") if isinstance(value, dict) else None
    location = place.get("s3Location") if isinstance(place, dict) else None
    uri = location.get("uri") if isinstance(location, dict) else None
    if isinstance(uri, str):
        stated = value.get("format")
        claims = spelled(stated) if isinstance(stated, str) else ""
        return Named(uri, f"{path}.source.s3Location.uri", block.kind, claims)
    inside = isinstance(place, dict) and "bytes" in place
    message = "holds the bytes themselves" if inside else "names no object on S3"
    hint = 'write "source": {"s3Location": {"uri": "s3://BUCKET/KEY"}}'
    report(Fault("D266", path, f"the {block.kind} {message}", hint, source))
    return None


def _no_block(block: Any) -> str:
    if not isinstance(block, dict):
        return "the block is no object"
    kinds = [key for key in block if key in BLOCKS]
    strange = [str(key) for key in block if key not in BLOCKS]
    if strange:
        return f"the block has a key {strange[0]!r} that is no kind of content"
    return f"one block of {len(kinds)} kinds: {', '.join(kinds)}" if kinds else "the block is empty"
