"""Applies a change of text to the fields of every record: what all normalizing steps have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runner.record import Record, Records


def rewrite(records: Records, fields: Sequence[str], change: Callable[[str], str]) -> Iterator[Record]:
    """Every record, with `change` applied to `fields` (none named: every trained field)."""
    for record in records:
        changed = {}
        for name in fields or record.fields:
            text = record.fields.get(name)
            if text and (new := change(text)) != text:
                changed[name] = new
        # An unchanged record goes through as it is, and keeps its token count.
        yield record.with_fields({**record.fields, **changed}) if changed else record
