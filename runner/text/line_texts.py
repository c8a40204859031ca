"""The text that a line of a training file trains on, whatever its format, for counting it again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

_NOT_TRAINED = frozenset({"schemaVersion", "role", "image-ref"})


def text_of(row: Any) -> str:
    """Every text of a record, one below the other."""
    return "\n".join(_texts(row))


def chosen_lines(file: Path, numbers: Collection[int]) -> Iterator[tuple[int, Any]]:
    """The parsed lines with these numbers, from 0."""
    if not numbers:
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines):
            if number in numbers:
                yield number, json.loads(line)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _NOT_TRAINED:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
