"""Values that need quotes in Hydra's grammar, and that people type without."""

from __future__ import annotations

import re

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_OPEN, _CLOSE = "[{(", "]})"


def with_quoted_uris(value: str, *, multirun: bool = False) -> str:
    """The value with every URI in quotes, at the top, in lists, mappings and sweeps."""
    out: list[str] = []
    depth = position = 0
    fresh = True  # at the start of a value
    while position < len(value):
        char = value[position]
        if char in "'\"":
            end = _end_of_quotes(value, position)
            out.append(value[position:end])
            position, fresh = end, False
            continue
        if fresh and (found := _URI.match(value, position)) is not None:
            end = _end_of_uri(value, found.end(), depth, multirun=multirun)
            out.append(quoted(value[position:end].rstrip()))
            position, fresh = end, False
            continue
        depth += (char in _OPEN) - (char in _CLOSE)
        fresh = char in "[{(,:" or (fresh and char == " ")
        out.append(char)
        position += 1
    return "".join(out)


def _end_of_quotes(value: str, start: int) -> int:
    position = start + 1
    while position < len(value) and value[position] != value[start]:
        position += 2 if value[position] == "\\" else 1
    return min(position + 1, len(value))


def _end_of_uri(value: str, start: int, depth: int, *, multirun: bool) -> int:
    """At the top the end of the text (in a sweep: the next comma), inside brackets their end or a comma."""
    if depth == 0 and not multirun:
        return len(value)
    stops = ",]})" if depth else ","
    nested = 0
    for position in range(start, len(value)):
        char = value[position]
        if char in _OPEN and char != "(":
            nested += 1
        elif nested and char in _CLOSE:
            nested -= 1
        elif not nested and char in stops:
            return position
    return len(value)


def quoted_words(value: str, *, multirun: bool) -> str:
    """A plain text in quotes; in a sweep, each of its points."""
    pieces = value.split(",") if multirun else [value]
    return ",".join(quoted(piece.strip() if multirun else piece) for piece in pieces)


def quoted(text: str) -> str:
    """Hydra's quotes: a quote is escaped, and so are the backslashes before one."""
    return "'" + re.sub(r"(\\*)('|\Z)", lambda found: found[1] * 2 + ("\\'" if found[2] else ""), text) + "'"
