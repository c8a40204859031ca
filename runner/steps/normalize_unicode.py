"""Give equal characters one spelling: Unicode normalization."""

from __future__ import annotations

from collections.abc import Iterator

from runner.record import Record, Records
from runner.text.rewriting import rewrite
from runner.text.unicode import Form, normalizer

SCOPE = "record"


def normalize_unicode(
    records: Records, *, form: Form = "NFKC", fields: tuple[str, ...] = ()
) -> Iterator[Record]:
    """Bring the text into a Unicode normal form, so that the same word is always the same characters.

    NFKC turns full-width Latin letters and digits into plain ones, half-width katakana into full-width ones,
    `①` into `1` and the ideographic space into a space; NFC only joins letters with their marks.
    The result is that of Python's `unicodedata.normalize`, byte for byte.

    `form`: `NFKC`, or `NFC` to keep full-width characters, circled numbers and the like.
    `fields`: names of fields; empty means every field that is trained on.
    """
    return rewrite(records, fields, normalizer(form))
