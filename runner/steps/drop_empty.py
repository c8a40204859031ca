"""Drop records with an empty field."""

from __future__ import annotations

from collections.abc import Iterator

from runner.record import Record, Records

SCOPE = "record"


def drop_empty(records: Records, *, fields: tuple[str, ...] = ()) -> Iterator[Record]:
    """Drop records in which one of `fields` is missing, empty or only white space.

    `fields`: names of fields; empty means every field that is trained on.
    Drops with reason `empty`.
    """
    for record in records:
        blank = [name for name in (fields or record.fields) if not record.fields.get(name, "").strip()]
        yield record.drop("empty", f"no text in {', '.join(blank)}") if blank else record
