"""The language of a text, judged by its script alone: cheap, and right for telling Japanese from English.

It cannot tell languages that share a script: everything in Latin letters is `en`, and a Chinese text is
known from a Japanese one only by having no kana at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Language = Literal["ja", "en", "zh", "ko"]

_KANA = r"\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff\uff66-\uff9d"
_HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LATIN = r"A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a"
_HANGUL = r"\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_SCRIPTS = {"kana": _KANA, "han": _HAN, "latin": _LATIN, "hangul": _HANGUL}
_RUNS = {script: re.compile(f"[{characters}]+") for script, characters in _SCRIPTS.items()}
_OTHER = re.compile(rf"[^\W\d_{''.join(_SCRIPTS.values())}]+")

_JAPANESE = re.compile(f"[{_KANA}{_HAN}]+")
_NOT_JAPANESE = re.compile(rf"[^\W\d_{_KANA}{_HAN}]+")
_KANA_LETTER = re.compile(f"[{_KANA}]")

_LONGEST_JAPANESE_WITHOUT_KANA = 30
"""A name, a title or a date may be all kanji; a text with more of them and no kana is taken for Chinese."""

_JAPANESE_SHARE = 0.3
"""Japanese about technology is full of Latin letters, and one Japanese letter says what several Latin ones
do."""


def letters(text: str) -> dict[str, int]:
    """How many letters of each script: kana, han, latin, hangul, other."""
    if text.isascii():
        return dict.fromkeys(_SCRIPTS, 0) | {"latin": _total(_RUNS["latin"], text), "other": 0}
    return {script: _total(runs, text) for script, runs in _RUNS.items()} | {"other": _total(_OTHER, text)}


def share(text: str, language: Language) -> float | None:
    """The share of the letters that this language is written in, from 0 to 1; None without letters."""
    if language == "ja" and not text.isascii():
        return _japanese_share(text)
    return _share(letters(text), language)


def language(text: str) -> Literal["ja", "en", "other"]:
    """The likeliest of Japanese, English and everything else, for statistics."""
    counts = letters(text)
    if (_share(counts, "ja") or 0) >= _JAPANESE_SHARE:
        return "ja"
    return "en" if (_share(counts, "en") or 0) > 0.5 else "other"


def _japanese_share(text: str) -> float | None:
    """What `_share` says of Japanese, in two passes over the text instead of one for each script."""
    japanese = _total(_JAPANESE, text)
    if japanese > _LONGEST_JAPANESE_WITHOUT_KANA and not _KANA_LETTER.search(text):
        return 0.0
    total = japanese + _total(_NOT_JAPANESE, text)
    return japanese / total if total else None


def _share(counts: Mapping[str, int], language: Language) -> float | None:
    total = sum(counts.values())
    if not total:
        return None
    match language:
        case "ja":
            chinese = not counts["kana"] and counts["han"] > _LONGEST_JAPANESE_WITHOUT_KANA
            return 0.0 if chinese else (counts["kana"] + counts["han"]) / total
        case "zh":
            return 0.0 if counts["kana"] else counts["han"] / total
        case "ko":
            return counts["hangul"] / total
        case "en":
            return counts["latin"] / total


def _total(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))
