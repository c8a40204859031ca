"""Japanese, English or other by the script of a text's beginning: for statistics over many records."""

from __future__ import annotations

import string
from typing import Literal

_BEGINNING = 200
_JAPANESE_SHARE = 0.3
_CHINESE_FROM = 30  # a title or a name may be all kanji; a longer text without any kana is not Japanese

# The lead byte of a UTF-8 sequence tells the script well enough, and bytes are counted without a loop.
_ALL = bytes(range(256))
_KANA_LEAD, _PUNCTUATION_LEADS = b"\xe3", b"\xe3\x80"
_NOT_HAN_LEAD = bytes(byte for byte in _ALL if not 0xE4 <= byte <= 0xE9)
_NOT_LATIN = bytes(byte for byte in _ALL if byte not in string.ascii_letters.encode())
_NOT_ASCII = _ALL[128:]


def script_language(text: str) -> Literal["ja", "en", "other"]:
    """The likeliest of Japanese, English and everything else, from the first 200 characters."""
    sample = text[:_BEGINNING]
    encoded = sample.encode("utf-8", "surrogatepass")
    punctuation = encoded.count(_PUNCTUATION_LEADS)
    kana = encoded.count(_KANA_LEAD) - punctuation
    han = len(encoded.translate(None, _NOT_HAN_LEAD))
    latin = len(encoded.translate(None, _NOT_LATIN))
    beyond_ascii = len(sample) - len(encoded.translate(None, _NOT_ASCII))
    letters = max(1, beyond_ascii - punctuation + latin)
    if (kana or han <= _CHINESE_FROM) and (kana + han) / letters >= _JAPANESE_SHARE:
        return "ja"
    return "en" if latin / letters > 0.5 else "other"
