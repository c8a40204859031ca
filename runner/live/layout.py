"""JSON text with values changed and everything else as it was written: a diff shows the change alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_WIDTH = 110
_STEP = "  "
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')

Path = tuple[str | int, ...]


def relaid(text: str, data: Any) -> str:
    """`data` as JSON, with every list and mapping spread over lines where `text` has it so at the same place.

    What `text` does not have goes on one line if the line is short enough.
    """
    spread = dict(_layout(text))
    return _spelled(data, (), 0, 0, spread) + "\n"


def _layout(text: str) -> Iterator[tuple[Path, bool]]:
    """For each list and mapping: its path, and whether it is spread over lines."""
    places: list[str | int] = []  # for each open list or mapping: the index or key that is being read
    previous = ""
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token in "{[":
            yield tuple(places), text[found.end() : found.end() + 1] == "\n"
            places.append("" if token == "{" else 0)
        elif token in "}]":
            places.pop()
        elif token == ":":
            places[-1] = str(json.loads(previous))
        elif token == ",":
            here = places[-1]
            places[-1] = here + 1 if isinstance(here, int) else here
        previous = token


def _spelled(value: Any, path: Path, indent: int, before: int, spread: dict[Path, bool]) -> str:
    flat = _flat(value)
    if not isinstance(value, dict | list) or not value:
        return flat
    wide = indent * len(_STEP) + before + len(flat) > _WIDTH
    if not spread.get(path, wide):
        return flat
    inner = _STEP * (indent + 1)
    if isinstance(value, dict):
        names = {key: f"{_flat(key)}: " for key in value}
        lines = [
            inner + name + _spelled(value[key], (*path, key), indent + 1, len(name) + 1, spread)
            for key, name in names.items()
        ]
        opening, closing = "{", "}"
    else:
        lines = [
            inner + _spelled(item, (*path, number), indent + 1, 1, spread)
            for number, item in enumerate(value)
        ]
        opening, closing = "[", "]"
    return f"{opening}\n" + ",\n".join(lines) + f"\n{_STEP * indent}{closing}"


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
