"""What a plain word of YAML means: OmegaConf's reading, without YAML 1.1's surprises that change numbers.

`1e-5` is a number, `2026-11-21` is text, and so are `010` (octal in YAML 1.1) and `12:30` (base 60 there).
"""

from __future__ import annotations

import re
from typing import Any

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)\Z")
_HEX = re.compile(r"[-+]?0x_*[0-9a-fA-F][0-9a-fA-F_]*\Z")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?\Z"
)
_SPECIAL = re.compile(r"(?P<sign>[-+]?)\.(?:(?P<inf>inf|Inf|INF)|nan|NaN|NAN)\Z")
_MAX_DIGITS = (
    3500  # Python writes no integer of more than 4300 digits, and 3500 hexadecimal ones are nearly that
)


def plain(text: str) -> Any:
    """The value of an unquoted scalar."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return number(text) if text[0] in "+-.0123456789" else text


def number(text: str) -> Any:
    """The number a text spells, else the text."""
    if len(text) > _MAX_DIGITS:
        return text
    if _INT.match(text):
        return int(text.replace("_", ""))
    if _HEX.match(text):
        return int(text.replace("_", ""), 16)
    if _FLOAT.match(text):
        return float(text.replace("_", ""))
    if special := _SPECIAL.match(text):
        return float(f"{special['sign']}inf") if special["inf"] else float("nan")
    return text


_CONVERT: dict[str, Any] = {
    "null": lambda _: None,
    "bool": plain,
    "int": number,
    "float": lambda text: float(number(text)),
}


def tagged(text: str, kind: str) -> Any:
    """The value of a scalar with an explicit standard tag such as `!!int`. Errors: `ValueError`."""
    if kind == "str":
        return text
    try:
        value = _CONVERT[kind](text)
    except OverflowError:
        raise ValueError(f"{text[:20]!r}... is too large for a {kind}") from None
    wanted = {"bool": bool, "int": int, "float": float, "null": type(None)}[kind]
    if not isinstance(value, wanted) or (kind == "int" and isinstance(value, bool)):
        raise ValueError(f"{text!r} is not a {kind}")
    return value
