"""JSON strings in a line and in a value: a line that holds more of them than its value repeats a key.

A parser keeps the last of two equal keys without a word. Every string of a JSON text, key or value, has
two quotation marks of its own; the marks of a line, less those escaped, must be twice the strings it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def marks(line: bytes) -> int:
    """Quotation marks that begin or end a string in a line of valid JSON."""
    if b"\\" not in line:
        return line.count(b'"')
    # Pairs of backslashes are themselves; what is left of a run escapes the character behind it.
    line = line.replace(b"\\\\", b"")
    return line.count(b'"') - line.count(b'\\"')


def strings_in(value: Any) -> int:
    """Strings in a parsed value, keys included."""
    found, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if type(item) is str:
            found += 1
        elif type(item) is dict:
            found += len(item)
            waiting += item.values()
        elif type(item) is list:
            waiting += item
    return found


def step(path: str, key: str | int) -> str:
    """The JSON path one step further."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


class _Pairs(list[tuple[str, Any]]):
    """An object with every key that was written."""


def repeated_keys(text: str) -> list[str]:
    """JSON paths of the keys that stand more than once in an object, in a text of valid JSON."""
    found: list[str] = []
    waiting: list[tuple[str, Any]] = [("$", json.loads(text, object_pairs_hook=_Pairs))]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, _Pairs):
            seen: set[str] = set()
            for key, value in item:
                if key in seen:
                    found.append(step(path, key))
                seen.add(key)
                waiting.append((step(path, key), value))
        elif isinstance(item, list):
            waiting += [(step(path, number), value) for number, value in enumerate(item)]
    return list(dict.fromkeys(found))


def leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Path and value of every key and every leaf, in the order they are written."""
    waiting: list[tuple[str, Any]] = [("$", value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, dict):
            for key in item:
                yield step(path, key), key
            waiting += [(step(path, key), part) for key, part in reversed(item.items())]
        elif isinstance(item, list):
            waiting += [(step(path, at), item[at]) for at in reversed(range(len(item)))]
        else:
            yield path, item
