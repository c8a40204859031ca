"""What bytes that are not UTF-8 may be: a guess, said as one."""

from __future__ import annotations

import codecs
import re

_EAST_ASIAN = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fe]")
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_CODECS = (("cp932", "Shift-JIS"), ("euc-jp", "EUC-JP"), ("gb18030", "GB 18030"), ("cp1252", "Windows-1252"))
_ENOUGH = 1 << 16
"""Bytes of a line that are looked at."""
_MARKS = ((b"\xff\xfe\x00\x00", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_FILES = (
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"%PDF", "a PDF"),
    (b"ARROW1", "an Arrow file"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
)


def guessed(line: bytes) -> tuple[str, str]:
    """Codec and name of the most likely encoding of a line that is not UTF-8; ("", "") without a guess.

    The codec is spelled as both Python and `iconv` know it.
    """
    best, name, codec = 0.0, "", ""
    for candidate, called in _CODECS:
        try:  # the end may cut a character in two, which is no error here
            text = codecs.getincrementaldecoder(candidate)().decode(line[:_ENOUGH])
        except UnicodeDecodeError:
            continue
        other = [char for char in text if not char.isascii()]
        # Kana tell Japanese from Chinese; a wrong decoding of either shows as half-width kana, or has none.
        good = 2 * len(_KANA.findall(text)) + len(_EAST_ASIAN.findall(text)) - len(_HALF_WIDTH.findall(text))
        score = good / len(other) if other else 0.0
        if candidate == "cp1252":
            score = 0.1 if all(char.isalpha() or char in "‘’“”–—…€°©®£" for char in other) else 0.0
        if score > best:
            best, name, codec = score, called, candidate
    return codec, name


def not_utf8(head: bytes) -> str:
    """What a whole file is, by its first bytes, if it cannot be lines of UTF-8; "" if it can."""
    for mark, name in (*_MARKS, *_FILES):
        if head.startswith(mark):
            return name
    if head.count(b"\0") > len(head) // 4:  # no mark says which byte of two comes first; ASCII does
        return "UTF-16BE" if head.startswith(b"\0") else "UTF-16LE"
    return "a binary file" if b"\0" in head[:512] else ""
