"""Anthropic's message form: Claude 3 Haiku."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.record import Record
from runner.sample import Sample
from runner.text.line import system_of, text_of


def anthropic_messages(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line with an optional `system` string and the turns as plain strings.

    `system`: system text of every record that has none of its own.
    """
    said = system_of(record, system)
    line: dict[str, Any] = {"system": said} if said else {}
    line["messages"] = [
        {"role": "user", "content": text_of(record, "prompt")},
        {"role": "assistant", "content": text_of(record, "completion")},
    ]
    return line


def sample(row: Mapping[str, Any]) -> Sample:
    """The line as turns."""
    return Sample(row.get("system") or "", tuple((turn["role"], turn["content"]) for turn in row["messages"]))
