"""Drop records with an empty field."""

from __future__ import annotations

from collections.abc import Iterator

from runner.record import Record, Records

SCOPE = "record"


def drop_empty(records: Records, *, fields: tuple[str, ...] = ()) -> Iterator[Record]:
    """Drop records in which a field that is needed is missing, empty or only white space.

    `fields`: names of fields that need text; empty means every field that is trained on, except `system`.

    Drops with reason `empty`: the detail names the fields.
    """
    return (_judged(record, fields) for record in records)


def _judged(record: Record, fields: tuple[str, ...]) -> Record:
    # A system text is optional everywhere; without the other trained fields a record says nothing.
    needed = fields or [name for name in record.fields if name != "system"]
    blank = [name for name in needed if not record.fields.get(name, "").strip()]
    return record.drop("empty", f"no text in {', '.join(blank)}") if blank else record
