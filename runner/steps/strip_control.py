"""Remove control characters and characters that cannot be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from runner.record import Record, Records
from runner.text.characters import BROKEN, without_controls
from runner.text.rewriting import rewrite

SCOPE = "record"


def strip_control(
    records: Records, *, broken: Literal["keep", "remove", "drop"] = "keep", fields: tuple[str, ...] = ()
) -> Iterator[Record]:
    """Remove characters that a reader cannot see and a model should not learn.

    Removed are control characters, zero-width spaces, byte order marks, soft hyphens, direction marks and
    overrides, annotation marks, invisible fillers and tag characters (which can hide a text from the reader).
    Tab, line feed and carriage return stay; form feed, vertical tab and Unicode's line and paragraph
    separators become line feeds. Zero-width joiners stay between joined emoji and in scripts that need them
    (Arabic, Indic, …); variation selectors stay: names in Japanese are written with them. Half of a surrogate
    pair, which no file can hold, becomes U+FFFD.

    `broken`: what happens to U+FFFD, the trace of a failed decoding: `keep` it, `remove` it, or `drop` the
      record.
    `fields`: names of fields; empty means every field that is trained on.

    Drops with reason `broken_text`: a field holds U+FFFD and `broken` is `drop`.
    """
    if broken == "remove":
        return rewrite(records, fields, lambda text: without_controls(text).replace(BROKEN, ""))
    cleaned = rewrite(records, fields, without_controls)
    return (_whole(record, fields) for record in cleaned) if broken == "drop" else cleaned


def _whole(record: Record, fields: tuple[str, ...]) -> Record:
    torn = [name for name in fields or record.fields if BROKEN in record.fields.get(name, "")]
    return record.drop("broken_text", f"U+FFFD in {', '.join(torn)}") if torn else record
