"""Bedrock's conversation schema: Nova, Llama 3.2 and 3.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.characters import well_formed
from runner.record import Record
from runner.sample import Sample

SCHEMA_VERSION = "bedrock-conversation-2024"


def converse(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line with `schemaVersion`, an optional `system` and the turns as lists of content blocks.

    `system`: system text of every record that has none of its own.
    """
    said = record.fields.get("system") or system or ""
    line: dict[str, Any] = {"schemaVersion": SCHEMA_VERSION}
    if said:
        line["system"] = [{"text": well_formed(said)}]
    line["messages"] = [
        {"role": "user", "content": [{"text": well_formed(record.fields.get("prompt", ""))}]},
        {"role": "assistant", "content": [{"text": well_formed(record.fields.get("completion", ""))}]},
    ]
    return line


def sample(row: Mapping[str, Any]) -> Sample:
    """The line as turns; several text blocks of one turn are one text."""
    turns = ((turn["role"], _text(turn["content"])) for turn in row["messages"])
    return Sample(_text(row.get("system") or ()), tuple(turns))


def _text(blocks: Any) -> str:
    return "".join(block["text"] for block in blocks)
