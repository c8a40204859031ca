"""What a count of one tokenizer says about another, unpublished one: bounds for each kind of text.

A record belongs to one class, by the share of its characters. A count for each class *inside* a record would
need every run of one script to be counted by itself, and tokens cross such borders; the classes are measured
as they come, with the foreign words that real records hold (`docs/tokens.md`).
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from runner.model import Model

Script = Literal["japanese", "latin", "code", "mixed", "other"]
SCRIPTS: tuple[Script, ...] = ("japanese", "latin", "code", "mixed", "other")

_JAPANESE_FROM, _LATIN_BELOW, _OTHER_FROM = 0.5, 0.02, 0.3
"""Shares of the letters. A Japanese character is about a token, a Latin letter a fifth of one."""
_CODE_FROM = 0.13
"""Share of signs among Latin letters and signs: prose has 1 to 6 %, source code and JSON 14 % and more."""
_KANA_FROM, _HAN_TEXT = 0.05, 30
"""Han characters without kana are Japanese in a title only; a longer text is Chinese."""

# The lead byte of a UTF-8 sequence tells the script well enough, and bytes are counted without a loop.
_ALL = bytes(range(256))


def _all_but(*wanted: int) -> bytes:
    return bytes(byte for byte in _ALL if byte not in wanted)


_NOT_ASCII_LETTER = _all_but(*string.ascii_letters.encode())
_NOT_DIGIT = _all_but(*string.digits.encode())
_NOT_LATIN_LEAD = _all_but(*range(0xC3, 0xCA))
_NOT_EAST_ASIAN_LEAD = _all_but(*range(0xE3, 0xEA), 0xEF)
_NOT_OTHER_LEAD = _all_but(*range(0xCA, 0xE2), *range(0xEA, 0xEF), *range(0xF0, 0xF5))
_NOT_SIGN = _all_but(*b'{}[]()<>=;_/\\|&*#$+@^~"`:')
_KANA_LEAD, _PUNCTUATION_LEADS = b"\xe3", b"\xe3\x80"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number that is not known exactly: at least `low`, at most `high`, most likely `likely`."""

    low: int
    likely: int
    high: int


def script_of(text: str) -> Script:
    """The class whose bounds hold for a text."""
    encoded = text.encode("utf-8", "surrogatepass")
    latin = len(encoded.translate(None, _NOT_ASCII_LETTER))
    east = other = 0
    if not encoded.isascii():
        latin += len(encoded.translate(None, _NOT_LATIN_LEAD))
        east = len(encoded.translate(None, _NOT_EAST_ASIAN_LEAD))
        other = len(encoded.translate(None, _NOT_OTHER_LEAD))
    letters = latin + east + other
    if other > _OTHER_FROM * letters or len(encoded.translate(None, _NOT_DIGIT)) > letters:
        return "other"
    if east >= _JAPANESE_FROM * letters and east:
        kana = encoded.count(_KANA_LEAD) - encoded.count(_PUNCTUATION_LEADS)
        return "other" if east > _HAN_TEXT and kana < _KANA_FROM * east else "japanese"
    if east + other > _LATIN_BELOW * letters:
        return "mixed"
    signs = len(encoded.translate(None, _NOT_SIGN))
    return "code" if signs and signs >= _CODE_FROM * (latin + signs) else "latin"


@dataclass(frozen=True, slots=True)
class Factors:
    """What one counted token is in the model's own tokenizer, as written in its capability schema."""

    low: float
    likely: float
    high: float

    def times(self, counted: int) -> Bounds:
        """Rounded away from the likely value, so that the truth lies between."""
        return Bounds(
            math.floor(counted * self.low), round(counted * self.likely), math.ceil(counted * self.high)
        )


EXACT = Factors(1, 1, 1)


def record_bounds(model: Model, counted: int, script: str | None = None) -> Bounds:
    """What `counted` tokens of one record are in the model's own tokenizer; no script: the widest bounds."""
    return record_factors(model, script).times(counted)


def total_bounds(model: Model, counted: Mapping[str, int]) -> Bounds:
    """The same for a sum over many records, by script: single records scatter more than their sum does."""
    parts = [total_factors(model, script).times(number) for script, number in counted.items()]
    return Bounds(*(sum(getattr(part, bound) for part in parts) for bound in ("low", "likely", "high")))


def record_factors(model: Model, script: str | None) -> Factors:
    """The bounds of single records of a script."""
    found, of_script = _estimate(model, script)
    if of_script is None:
        return found
    low, high = of_script["record"]["low"], of_script["record"]["high"]
    return Factors(low, min(max(of_script["total"]["likely"], low), high), high)


def total_factors(model: Model, script: str | None) -> Factors:
    """The bounds of a sum over many records of a script."""
    found, of_script = _estimate(model, script)
    if of_script is None:
        return found
    total = of_script["total"]
    return Factors(total["low"], total["likely"], total["high"])


def _estimate(model: Model, script: str | None) -> tuple[Factors, Mapping[str, Any] | None]:
    """The bounds of any text, and those of the script, if there are any."""
    facts = model.data.get("tokens") or {}
    estimate = facts.get("estimate")
    if facts.get("tokenizer") or not estimate:
        return EXACT, None
    return Factors(estimate["low"], 1, estimate["high"]), (estimate.get("scripts") or {}).get(script)
