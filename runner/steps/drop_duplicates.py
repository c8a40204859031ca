"""Drop records that were seen before, keeping the first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from runner.record import Record, Records
from runner.text.unicode import normalizer

SCOPE = "dataset"

_DIGEST_BYTES = 16
# Sentence punctuation and white space; not `+ - / # %`, so that "C" and "C#" or "3-4" and "34" stay two.
_SKIPPED = re.compile(r"[\s。、，．!?…「」『』【】〈〉《》()\[\]\"'“”‘’;・〜~]+")
_SKIPPED_BESIDE_WORDS = re.compile(r"[.,:](?:(?!\d)|(?<!\d.))")


def drop_duplicates(
    records: Records, *, match: Literal["exact", "normalized"] = "exact", fields: tuple[str, ...] = ()
) -> Iterator[Record]:
    """Drop every record whose fields are those of an earlier one; the first stays.

    `match`: `exact` compares the texts as they are; `normalized` ignores case, width and other differences
      that NFKC removes, white space and sentence punctuation.
    `fields`: names of fields that are compared; empty means every field that is trained on. A record that has
      none of them is kept.

    Drops with reason `duplicate`: the detail is the id of the first such record.
    """
    key = _same if match == "exact" else _normalized

    def kept() -> Iterator[Record]:
        first_seen: dict[bytes, str] = {}
        for record in records:
            compared = [name for name in fields or sorted(record.fields) if name in record.fields]
            if not compared:
                yield record
                continue
            first = first_seen.setdefault(_digest(record, compared, key), record.id)
            yield record if first == record.id else record.drop("duplicate", first)

    return kept()


def _digest(record: Record, fields: Sequence[str], key: Callable[[str], str]) -> bytes:
    """16 bytes for the texts compared: a wrong match among a billion records has a chance of about 1e-21."""
    whole = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for name in fields:
        text = key(record.fields[name]).encode("utf-8", "surrogatepass")
        # Lengths keep ("ab", "c") and ("a", "bc") apart.
        whole.update(b"%s\0%d\0%s" % (name.encode(), len(text), text))
    return whole.digest()


def _same(text: str) -> str:
    return text


def _normalized(text: str) -> str:
    folded = normalizer("NFKC")(normalizer("NFKC")(text).casefold())
    # A text of punctuation only would become empty and equal to any other such text.
    return _SKIPPED.sub("", _SKIPPED_BESIDE_WORDS.sub("", folded)) or folded.strip()
