"""The first rows of a local file, by the standard library alone: what `validate` can afford to look at."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runner.reading.compression import blocks
from runner.reading.containers import inspect, without_bom
from runner.reading.storage import StoredFile

_ROWS = 20
_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Peek:
    """What the beginning of a file shows. `None` columns: this container is not looked into."""

    columns: frozenset[str] | None
    rows: int
    whole: bool
    """Nothing but these rows is in the file (or the columns are the same for all rows)."""
    lines: int = 0
    """Lines or items seen, whether they are rows or not."""


def peek(file: StoredFile, format: str) -> Peek:
    """Look at the beginning. Errors: `RunnerError` if the file is damaged or not what its name says."""
    with file.reach.open(file.path) as handle:
        container = inspect(handle, file.name, format)
        if container.format == "parquet":
            return Peek(None, 1, False)
        content, whole = _beginning(without_bom(blocks(handle, container.compression, file.name)))
    if container.format == "csv":
        return _csv(content, whole)
    found = list(_array(content) if container.format == "json" else _lines(content, whole))
    rows = [row for row in found if isinstance(row, dict)]
    columns = frozenset(str(key) for row in rows for key in row)
    return Peek(columns, len(rows), whole and len(found) < _ROWS, len(found))


def _beginning(content: Iterator[bytes]) -> tuple[bytes, bool]:
    """The first 256 kB, and whether that is everything."""
    buffer = b""
    for block in content:
        buffer += block
        if len(buffer) > _BYTES:
            return buffer[:_BYTES], False
    return buffer, True


def _lines(content: bytes, whole: bool) -> Iterator[Any]:
    lines = content.split(b"\n")
    if not whole:
        lines.pop()  # it may go on behind what was read
    for line in [line for line in lines if line.strip()][:_ROWS]:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            yield None


def _array(content: bytes) -> Iterator[Any]:
    """The items of an array as far as they go; its end need not be there."""
    text = content.decode(errors="ignore").lstrip().removeprefix("[")
    decode = json.JSONDecoder().raw_decode
    for _ in range(_ROWS):
        text = text.lstrip(" \t\r\n,")
        try:
            item, end = decode(text)
        except (ValueError, RecursionError):
            return
        yield item
        text = text[end:]


def _csv(content: bytes, whole: bool) -> Peek:
    """The header names the columns of every row."""
    rows = 0
    header: list[str] = []
    try:
        for values in csv.reader(content.decode(errors="replace").splitlines(keepends=True)):
            if values and not header:
                header = values
            elif values:
                rows += 1
            if rows == _ROWS:
                break
    except csv.Error:
        return Peek(None, rows, False)
    return Peek(frozenset(header), rows, whole or rows > 0, rows)
