"""Lines that the strict parser refuses: what they are, and as much of them as can still be judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runner.examining.broken import column_of_word, lenient
from runner.examining.encodings import guessed
from runner.examining.rules import Fault
from runner.examining.strings import leaves

BOM = b"\xef\xbb\xbf"
LINES = "JSON Lines, https://jsonlines.org: UTF-8, one JSON value a line, lines end in LF"
JSON = "RFC 8259, the JSON standard"

Said = Callable[[Fault, int], None]
"""Takes a fault and its column."""


def unreadable(line: bytes, say: Said) -> Any:
    """Say why a line cannot be parsed; the value that a lenient parser finds in it, or None.

    `D201`: not JSON.
    `D202`: a blank line.
    `D204`: a byte order mark, at the beginning of a file or where two files were joined.
    `D205`: not UTF-8; the likely encoding is named.
    `D206`: half of a surrogate pair, which UTF-8 cannot hold.
    `D208`: NaN or Infinity.
    """
    if line.startswith(BOM):
        message = "the line begins with a byte order mark (BOM), which JSON parsers refuse"
        say(Fault("D204", "", message, "save as UTF-8 without BOM", f"{JSON}, section 8.1"), 1)
        line = line[len(BOM) :]
    if not line.strip():
        say(Fault("D202", "", "a blank line is no record", "remove it", LINES), 0)
        return None
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        _say_encoding(line, error.start, say)
        return None
    found = lenient(text)
    if found.broken:
        at = found.broken
        message = f"not JSON: {at.reason} (column {at.column:,})"
        say(Fault("D201", "", message, at.hint, JSON), at.column)
        return None
    torn = _say_surrogates(found.value, say)
    if found.words:
        message = f"{found.words[0]} is no JSON"
        hint = "write null or a number, or drop the record"
        say(Fault("D208", "", message, hint, f"{JSON}, section 6"), column_of_word(text))
    elif not torn and (reason := _strictly(line)):
        say(Fault("D201", "", f"not JSON: {reason}", "write smaller numbers and flat records", JSON), 0)
    return found.value


def _strictly(line: bytes) -> str:
    """What the strict parser has against a line that the lenient one takes: depth, endless numbers."""
    from orjson import JSONDecodeError, loads

    try:
        loads(line)
    except JSONDecodeError as error:
        return str(error).partition(": line ")[0]
    return ""


def _say_encoding(line: bytes, start: int, say: Said) -> None:
    column = len(line[:start].decode()) + 1
    codec, name = guessed(line)
    where = f"not UTF-8 from byte {start + 1:,} on (column {column:,})"
    message = f"{where}; it looks like {name}" if name else where
    hint = f"convert it: iconv -f {codec.upper()} -t UTF-8" if name else "save the file as UTF-8"
    say(Fault("D205", "", message, hint, f"{JSON}, section 8.1"), column)


def _say_surrogates(value: Any, say: Said) -> bool:
    """Whether a text or key holds half of a surrogate pair."""
    found = False
    for path, leaf in leaves(value):
        if isinstance(leaf, str) and not leaf.isascii():
            half = next((char for char in leaf if "\ud800" <= char <= "\udfff"), "")
            if half:
                found = True
                message = f"holds \\u{ord(half):04x}, half of a surrogate pair: no character"
                hint = "write the whole pair, the character itself, or drop it"
                shown = path.encode("utf-8", "backslashreplace").decode()
                say(Fault("D206", shown, message, hint, f"{JSON}, section 8.2"), 0)
    return found
