"""Why a line is not JSON, in plain words and with its column."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

_STRING_OR_WORD = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(-?Infinity|NaN)', re.DOTALL)
_LITERALS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_CONTROL = {"\t": ("a tab", r"\t"), "\n": ("a line break", r"\n"), "\r": ("a line break", r"\r")}
_JIS = ("\x1b$", "\x1b(")
"""How a switch to or from Japanese begins in ISO-2022-JP, whose bytes are all ASCII."""
_CUT = "the line ends before the record does: it is cut off, or a line break stands inside the record"


class Broken(NamedTuple):
    """What is wrong with a text that should be JSON."""

    column: int
    """Counted from 1, in characters."""
    reason: str
    hint: str


class NotJSON(NamedTuple):
    """A text read as far as possible: what is broken, or the value that only a lenient parser accepts."""

    broken: Broken | None
    value: Any
    words: tuple[str, ...]
    """`NaN`, `Infinity`, `-Infinity`: what JSON does not have."""


def lenient(text: str) -> NotJSON:
    """Read a text that the strict parser has refused."""
    words: list[str] = []

    def constant(word: str) -> float:
        words.append(word)
        return float("nan")

    try:
        value = json.loads(text, parse_constant=constant)
    except json.JSONDecodeError as error:
        return NotJSON(_explained(text, error), None, ())
    except RecursionError:
        return NotJSON(Broken(1, "is nested too deeply", "write flat records"), None, ())
    except ValueError:
        return NotJSON(Broken(1, "holds a number with too many digits", "write it as text"), None, ())
    return NotJSON(None, value, tuple(words))


def column_of_word(text: str) -> int:
    """Column of the first `NaN` or `Infinity` outside a string."""
    return next((match.start(1) + 1 for match in _STRING_OR_WORD.finditer(text) if match[1]), 1)


def _explained(text: str, error: json.JSONDecodeError) -> Broken:
    at, said = error.pos, error.msg
    rest = text[at:]
    column = at + 1
    if said.startswith("Unterminated string"):
        return Broken(column, "the text that begins here has no closing quotation mark", _CUT)
    if said.startswith("Invalid control character"):
        if rest.startswith(_JIS):
            hint = "convert it: iconv -f ISO-2022-JP -t UTF-8"
            return Broken(column, "looks like ISO-2022-JP, not UTF-8", hint)
        code = f"{ord(rest[0]):04x}"
        name, written = _CONTROL.get(rest[0], (f"the control character U+{code.upper()}", f"\\u{code}"))
        return Broken(column, f"{name} stands raw in a text", f"write it as {written}")
    if said.startswith("Invalid \\"):
        return Broken(column, f"{rest[:2]} is no escape of JSON", r"write a backslash as \\")
    if said.startswith("Extra data"):
        return Broken(column, *_behind(rest))
    if not rest.strip():
        return Broken(column, "the record has no end", _CUT)
    if said.startswith("Illegal trailing comma") or (rest[0] in "}]" and "delimiter" not in said):
        return Broken(column, "a comma stands before the closing bracket", "remove the comma")
    if said.startswith("Expecting ','"):
        hint = r"write a quotation mark inside a text as \", or put the comma"
        return Broken(column, "a comma is missing, or a text ended too early", hint)
    if said.startswith("Expecting ':'"):
        return Broken(column, "a colon is missing behind the key", 'write "key": value')
    return Broken(column, *_no_value(rest, key="property name" in said))


def _behind(rest: str) -> tuple[str, str]:
    if rest[0] == "{":
        return "a second record begins on the same line", "put a line break between the records"
    if rest[0] == ",":
        return (
            "a comma stands behind the record",
            "remove it: JSON Lines has records, not the items of an array",
        )
    return "something stands behind the record", "end the line with the closing bracket"


def _no_value(rest: str, *, key: bool) -> tuple[str, str]:
    if rest[0] in "'‘’“”「":
        return f"{rest[0]} is used as a quotation mark", 'write " around keys and texts'
    if rest.startswith(("//", "/*", "#")):
        return "JSON has no comments", "remove the comment"
    for literal, written in _LITERALS.items():
        if rest.startswith(literal):
            return f"{literal} is Python or JavaScript, not JSON", f"write {written}"
    if key:
        return "a key in double quotation marks is expected here", 'write "key": value'
    return "a value is missing here, or a text has no quotation marks", 'write "text", a number or null'
