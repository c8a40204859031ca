"""Plain text: continued pre-training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.errors import RunnerError
from runner.record import Record
from runner.sample import Sample
from runner.text.line import system_of, text_of


def input_text(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line `{"input": …}` with the record's `text`.

    `system`: has no place in this format and must not be given.
    """
    if system_of(record, system):
        raise RunnerError(
            "the format input_text has no place for a system text",
            fix="leave out format.system, and a field named system",
        )
    return {"input": text_of(record, "text")}


def sample(row: Mapping[str, Any]) -> Sample:
    """The line as one text, all of which is trained on."""
    return Sample("", (("text", row["input"]),))
