"""A shard: about 2 MB of a source's rows as bytes, a pure function of the input, and how to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

SHARD_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row of the source that could not be read: it becomes a dropped record with reason `unreadable`.

    `place` is `file:line` (or `file[item]` in a JSON array), with the file's name as the source lists it.
    Neither part ever repeats the content of the line.
    """

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Shard:
    """Rows `first`, `first + 1`, … of a source, undecoded. Picklable; holds all that `rows` needs."""

    label: str
    index: int
    first: int
    payload: bytes
    decoder: str
    name: str = ""
    """The file the bytes are from."""
    line: int = 1
    """The line of that file on which the payload starts."""


Row = dict[str, Any] | Unreadable


def rows(shard: Shard) -> list[Row]:
    """The rows in order; one that cannot be read stands in its place as `Unreadable`."""
    return list(_DECODERS[shard.decoder](shard))


def count_lines(payload: bytes) -> int:
    """How many rows `rows` finds in a `jsonl` payload, without parsing: the lines that are not blank."""
    return sum(1 for line in payload.split(b"\n") if line and not line.isspace())


def _jsonl(shard: Shard) -> Iterator[Row]:
    """The file's own lines."""
    from orjson import JSONDecodeError, loads

    for offset, line in enumerate(shard.payload.split(b"\n")):
        if not line or line.isspace():
            continue
        try:
            row = loads(line)
        except JSONDecodeError as error:
            yield Unreadable(f"{shard.name}:{shard.line + offset}", _why_not_json(line, error))
            continue
        if type(row) is dict:
            yield row
        else:
            yield Unreadable(f"{shard.name}:{shard.line + offset}", f"{kind_of(row)}, not an object")


def _rows(shard: Shard) -> Iterator[Row]:
    """Lines that a container wrote itself: an object is a row, a pair is an unreadable one."""
    from orjson import loads

    for line in shard.payload.splitlines():
        row = loads(line)
        yield row if type(row) is dict else Unreadable(*row)


def _unreadable(shard: Shard) -> Iterator[Row]:
    """One row that never reached the payload; the payload says why."""
    yield Unreadable(f"{shard.name}:{shard.line}", shard.payload.decode())


def _arrow(shard: Shard) -> Iterator[Row]:
    """An Arrow stream: Parquet row groups and batches of `datasets`."""
    from runner.reading.arrow import arrow_rows

    for row in arrow_rows(shard.payload):
        yield Unreadable(shard.name, "not UTF-8") if row is None else row


_DECODERS: dict[str, Callable[[Shard], Iterator[Row]]] = {
    "jsonl": _jsonl,
    "rows": _rows,
    "unreadable": _unreadable,
    "arrow": _arrow,
}


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)


def _why_not_json(line: bytes, error: Exception) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"not UTF-8 at byte {wrong.start + 1}"
    # The parser counts from the start of this one line: only its column means something.
    return f"not JSON: {str(error).partition(': line ')[0]} at character {getattr(error, 'pos', 0) + 1}"
