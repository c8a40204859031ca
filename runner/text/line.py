"""The text of a record on its way into a line of a training file."""

from __future__ import annotations

from runner.errors import RunnerError
from runner.record import Record
from runner.text.characters import well_formed


def text_of(record: Record, name: str) -> str:
    """A field as it can be written. Errors: `RunnerError` when the record has no such field."""
    if name not in record.fields:
        known = ", ".join(record.fields) or "none"
        raise RunnerError(
            f"record {record.id} has no field {name!r}, which the format needs; it has {known}",
            fix=f"map a column to it: sources.LABEL.fields.{name}: COLUMN",
        )
    return well_formed(record.fields[name])


def system_of(record: Record, default: str | None) -> str:
    """The system text: the record's own, else the format's; "" for none."""
    return well_formed(record.fields.get("system") or default or "")
