"""Plain text: continued pre-training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.characters import well_formed
from runner.record import Record
from runner.sample import Sample


def input_text(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line `{"input": …}` with the record's `text`.

    `system`: has no place in this format and must not be given.
    """
    if system or record.fields.get("system"):
        raise ValueError("the format input_text has no place for a system text")
    return {"input": well_formed(record.fields.get("text", ""))}


def sample(row: Mapping[str, Any]) -> Sample:
    """The line as one text, all of which is trained on."""
    return Sample("", (("text", row["input"]),))
