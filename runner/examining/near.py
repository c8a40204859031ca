"""Near-identical records: the same but for case, width, white space, invisible characters and punctuation.

Width: full-width and half-width forms. Punctuation: `. , ! ? ; : ' "`, 、 and 。, typographic quotes, dashes.
Numbers count: rows that differ in a digit are two rows. Words count, too: what is reworded is not found.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Hashable, Sequence

_DROPPED = bytes(range(0x21)) + b"\x7f" + b".,!?;:'\""
_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_SEPARATOR = "\x1f/\x1f"
_CACHED_RUNS = 1 << 14

_WIDE = re.compile("[\u3000\uff01-\uffee]+")
_SIGNS = re.compile(rb"\xe2\x80[\x80-\xbf]|\xef\xbb\xbf|\xc2[\xa0\xad]")
"""General punctuation, zero-width characters, byte order marks, no-break space, soft hyphen."""


class _Narrow(dict[str, str]):
    """Runs of wide or narrow forms, as usual characters."""

    def __missing__(self, run: str) -> str:
        narrow = unicodedata.normalize("NFKC", run)
        if len(self) < _CACHED_RUNS:
            self[run] = narrow
        return narrow

    def of_match(self, match: re.Match[str]) -> str:
        """The usual form of a matched run."""
        return self[match[0]]


_narrow = _Narrow()


def near_digest(texts: Sequence[str], others: tuple[Hashable, ...] = ()) -> int:
    """One number for all records that are near-identical; only meaningful within one process."""
    text = _SEPARATOR.join(texts)
    if text.isascii():
        return hash((text.encode().translate(_LOWER, _DROPPED), others))
    text = text.replace("、", "").replace("。", "")
    encoded = text.encode("utf-8", "surrogatepass")
    # One byte is found far quicker than a pattern: most texts are spared the work behind it.
    if b"\xef" in encoded or b"\xe3\x80\x80" in encoded:
        text = _WIDE.sub(_narrow.of_match, text)
        encoded = text.encode("utf-8", "surrogatepass")
    if _has_case(encoded):
        encoded = text.lower().encode("utf-8", "surrogatepass")
    if b"\xe2" in encoded or b"\xc2" in encoded or b"\xef" in encoded:
        encoded = _SIGNS.sub(b"", encoded)
    return hash((encoded.translate(_LOWER, _DROPPED), others))


def _has_case(encoded: bytes) -> bool:
    """Whether letters of Latin, Greek or Cyrillic beyond ASCII are there: by their first bytes."""
    return (
        b"\xc3" in encoded
        or b"\xc4" in encoded
        or b"\xc5" in encoded
        or b"\xce" in encoded
        or b"\xcf" in encoded
        or b"\xd0" in encoded
        or b"\xd1" in encoded
    )
