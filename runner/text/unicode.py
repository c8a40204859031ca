"""Unicode normalization with the bytes of `unicodedata.normalize`, several times faster on Japanese text.

Most characters are stable: they neither change under NFKC or NFC nor join with the character before them.
Unicode promises that this never changes for a character once assigned, so the ranges below hold for every
Python version; whatever is not listed goes to `unicodedata`, which is right but slower.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

Form = Literal["NFKC", "NFC"]

STABLE = (
    r"\x00-\x9f\u00a1-\u00a7\u00a9\u00ab-\u00ae\u00b0\u00b1\u00b6\u00b7\u00bb\u00bf-\u0131\u0250-\u02af"
    r"\u0391-\u03a1\u03a3-\u03ce\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u2010\u2012-\u2016\u2018-\u2023\u2190-\u21ff"
    r"\u2500-\u27bf\u3001-\u3029\u3030\u303d\u3041-\u3096\u309d\u309e\u30a0-\u30fe\u3400-\u4dbf"
    r"\u4e00-\u9fff\uac00-\ud7a3"
)
"""Characters that stay as they are and that nothing before them can join with."""

SEPARATE = (
    r"\u00a0\u00a8\u00aa\u00b2-\u00b5\u00b9\u00ba\u00bc-\u00be\u2026\u2100-\u2125\u2460-\u24ea\u3000"
    r"\u3231-\u33ff\uff01-\uff60\uffe0-\uffe6"
)
"""Characters that may change, but that nothing before them can join with."""

_CACHED_RUNS = 1 << 16
_LONGEST_CACHED_RUN = 8


class _JoinsError(Exception):
    """A run starts with, or holds, a character that may join with the one before it."""


class _Runs(dict[str, str]):
    """Normal forms of the runs of unstable characters seen so far; there are few different ones."""

    def __init__(self, form: Form, joining: re.Pattern[str] | None) -> None:
        super().__init__()
        self.form = form
        self.joining = joining

    def __missing__(self, run: str) -> str:
        if self.joining is not None and self.joining.search(run):
            raise _JoinsError
        new = unicodedata.normalize(self.form, run)
        if len(run) <= _LONGEST_CACHED_RUN and len(self) < _CACHED_RUNS:
            self[run] = new
        return new

    def of_match(self, match: re.Match[str]) -> str:
        """The normal form of a matched run."""
        return self[match[0]]


class Normalizer:
    """Normalizes texts to one form; keeps the pieces it has seen."""

    def __init__(self, form: Form) -> None:
        # Not `[...]+`: a pattern that starts with a plain set is found by a much faster scan.
        self._unstable = re.compile(f"[^{STABLE}][^{STABLE}]*")
        self._separate = _Runs(form, re.compile(f"[^{STABLE}{SEPARATE}]"))
        self._joined = _Runs(form, None)

    def __call__(self, text: str) -> str:
        """The normal form of `text`."""
        if text.isascii():
            return text
        try:
            return self._unstable.sub(self._separate.of_match, text)
        except _JoinsError:
            return self._with_character_before(text)

    def _with_character_before(self, text: str) -> str:
        """The same for a text in which a run may join with the stable character before it."""
        parts: list[str] = []
        done = 0
        for match in self._unstable.finditer(text):
            start = max(match.start() - 1, done)
            parts += (text[done:start], self._joined[text[start : match.end()]])
            done = match.end()
        return "".join((*parts, text[done:]))


@cache
def normalizer(form: Form) -> Normalizer:
    """The normalizer of this process for a form."""
    return Normalizer(form)
