"""Where a long text may be cut: after sentences, lines, phrases, and at last between any two characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

_CLOSING = "」』）)】》〉〕］\\]”’\"'"
_SENTENCES = re.compile(
    # 。」 ends a sentence, but not in 「はい。」と答えた。
    rf"(?:[。．！？]++(?:[{_CLOSING}]++(?![とっ、])|(?![{_CLOSING}]))"
    # A full stop needs white space after it (3.14, example.com); so does ! unless Japanese goes on.
    rf"|[.!?]++[{_CLOSING}]*+(?=\s)|[!?]++(?=[\u3041-\u30ff\u4e00-\u9fff])|\n(?=\s*\n))\s*"
)
_LINES = re.compile(r"\n\s*")
_PHRASES = re.compile(r"[、，；：,;:]\s*|\s+")


def sentences(text: str) -> list[str]:
    """The text cut after each sentence and each empty line; the parts joined are the text."""
    return _after(_SENTENCES, text)


def lines(text: str) -> list[str]:
    """The text cut after each line end."""
    return _after(_LINES, text)


def phrases(text: str) -> list[str]:
    """The text cut after commas and white space."""
    return _after(_PHRASES, text)


def graphemes(text: str) -> list[str]:
    """The text cut into what a reader sees as one character: an emoji with all its parts, a letter with its
    marks."""
    import regex

    found: list[str] = regex.findall(r"\X", text)
    return found


LEVELS: Sequence[Callable[[str], list[str]]] = (sentences, lines, phrases)
"""Ways to cut a text without breaking a word, the best first."""


def _after(end: re.Pattern[str], text: str) -> list[str]:
    cuts = [0, *(match.end() for match in end.finditer(text)), len(text)]
    return [text[start:stop] for start, stop in pairwise(cuts) if stop > start]
