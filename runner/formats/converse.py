"""Bedrock's conversation schema: Nova, Llama 3.2 and 3.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.record import Record
from runner.sample import Sample
from runner.text.line import system_of, text_of

SCHEMA_VERSION = "bedrock-conversation-2024"


def converse(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line with `schemaVersion`, an optional `system` and the turns as lists of content blocks.

    A record without a field `completion` becomes a prompt alone: the teacher's part in distillation.

    `system`: system text of every record that has none of its own.
    """
    said = system_of(record, system)
    line: dict[str, Any] = {"schemaVersion": SCHEMA_VERSION}
    if said:
        line["system"] = [{"text": said}]
    line["messages"] = [{"role": "user", "content": [{"text": text_of(record, "prompt")}]}]
    if "completion" in record.fields:
        line["messages"].append({"role": "assistant", "content": [{"text": text_of(record, "completion")}]})
    return line


def sample(row: Mapping[str, Any]) -> Sample:
    """The line as turns; several text blocks of one turn are one text."""
    turns = ((turn["role"], _text(turn["content"])) for turn in row["messages"])
    return Sample(_text(row.get("system") or ()), tuple(turns))


def _text(blocks: Any) -> str:
    return "".join(block["text"] for block in blocks)
