"""Anthropic's message form: Claude 3 Haiku."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.characters import well_formed
from runner.record import Record
from runner.sample import Sample


def anthropic_messages(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line with an optional `system` string and the turns as plain strings.

    `system`: system text of every record that has none of its own.
    """
    said = record.fields.get("system") or system or ""
    line: dict[str, Any] = {"system": well_formed(said)} if said else {}
    line["messages"] = [
        {"role": "user", "content": well_formed(record.fields.get("prompt", ""))},
        {"role": "assistant", "content": well_formed(record.fields.get("completion", ""))},
    ]
    return line


def sample(row: Mapping[str, Any]) -> Sample:
    """The line as turns."""
    return Sample(row.get("system") or "", tuple((turn["role"], turn["content"]) for turn in row["messages"]))
