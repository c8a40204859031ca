"""Containers of rows: JSON Lines, a JSON array, CSV, Parquet. Each is cut into pieces that become shards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from runner.errors import RunnerError
from runner.reading.compression import blocks, found_compression, suffix_compression
from runner.reading.shard import SHARD_BYTES, Unreadable, count_lines, kind_of

if TYPE_CHECKING:
    from runner.reading.shard import Row

FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".parquet": "parquet"}
MAX_LINE_BYTES = 64 << 20
"""A longer line is no record: it is unreadable, and is skipped without being held in memory."""
MAX_WHOLE_BYTES = 2 << 30
"""A JSON array is one document and has to be read whole; above this size it must be JSON Lines."""
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Piece:
    """A shard that does not know its place in the source yet."""

    payload: bytes
    decoder: str
    count: int
    line: int = 1


@dataclass(frozen=True, slots=True)
class Container:
    """How one file is packed."""

    format: str
    compression: str | None
    bom: bool = False


def recognise(name: str, head: bytes, format: str = "auto") -> tuple[str, str | None]:
    """Format and compression by the file's name, the compression confirmed by its first bytes.

    The format is `json?` while only the unpacked content can say whether it is an array or JSON Lines.
    Errors: `RunnerError`.
    """
    stem, compression = suffix_compression(name)
    found = found_compression(head)
    if found != compression:
        is_ = f"{found} data" if found else "not compressed" if head else "empty"
        raise RunnerError(
            f"{name} is {is_}, but its name says {compression or 'that it is not compressed'}",
            fix="give the file the ending of what it is: .gz, .bz2, .zst, or none of them",
        )
    if format != "auto":
        return format, compression
    known = next((kind for suffix, kind in FORMATS.items() if stem.lower().endswith(suffix)), None)
    if known is None:
        raise RunnerError(
            f"{name} has no ending that tells its format",
            fix=f"rename it ({', '.join(FORMATS)}), or set `format` to jsonl, json, csv or parquet",
        )
    return ("json?" if known == "json" else known), compression


def inspect(handle: BinaryIO, name: str, format: str = "auto") -> Container:
    """How the open file is packed, from its name and its beginning; the handle is rewound."""
    head = handle.read(16)
    handle.seek(0)
    kind, compression = recognise(name, head, format)
    if kind == "parquet":
        return Container(kind, compression)
    begin = next(iter(blocks(handle, compression, name)), b"")
    handle.seek(0)
    bom = begin.startswith(BOM)
    if kind == "json?":
        kind = "json" if begin.removeprefix(BOM).lstrip()[:1] == b"[" else "jsonl"
    return Container(kind, compression, bom)


def pieces(handle: BinaryIO, container: Container, name: str) -> Iterator[Piece]:
    """The file's rows, cut into pieces of about 2 MB. A pure function of the file's bytes and name."""
    if container.format == "parquet":
        from runner.reading.arrow import parquet_pieces

        yield from parquet_pieces(handle, container.compression, name)
        return
    yield from _READERS[container.format](without_bom(blocks(handle, container.compression, name)), name)


def without_bom(content: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks without a UTF-8 byte order mark at the very beginning, however they are cut."""
    head = b""
    rest = iter(content)
    for block in rest:
        head += block
        if len(head) >= len(BOM) or not BOM.startswith(head):
            break
    yield head.removeprefix(BOM)
    yield from rest


def jsonl_pieces(content: Iterable[bytes], name: str = "", size: int = SHARD_BYTES) -> Iterator[Piece]:
    """Whole lines. A piece ends with the first line that reaches `size`, wherever the blocks were cut."""
    del name  # the lines themselves are the payload; errors are placed when they are parsed
    buffer = bytearray()
    line, searched, skipping = 1, size - 1, False
    for block in content:
        buffer += block
        while True:
            if skipping:
                end = buffer.find(b"\n") + 1
                del buffer[: end or len(buffer)]
                if not end:
                    break
                skipping, line = False, line + 1
            end = buffer.find(b"\n", searched, size + MAX_LINE_BYTES) + 1
            if not end and len(buffer) < size + MAX_LINE_BYTES:
                searched = max(size - 1, len(buffer))
                break
            searched = size - 1
            if not end:  # the line that is open at `size` is too long, whatever comes
                end, skipping = buffer.rfind(b"\n", 0, size) + 1, True
            if end:
                yield (piece := _lines(buffer, end, line))
                line += piece.payload.count(b"\n")
            if skipping:
                yield _too_long(line)
    if buffer and not skipping and (piece := _lines(buffer, len(buffer), line)).count:
        yield piece


def _lines(buffer: bytearray, end: int, line: int) -> Piece:
    """Take the first `end` bytes out of the buffer."""
    with memoryview(buffer) as view:
        payload = bytes(view[:end])
    del buffer[:end]
    return Piece(payload, "jsonl", count_lines(payload), line)


def _too_long(line: int) -> Piece:
    return Piece(f"a line of more than {MAX_LINE_BYTES >> 20} MiB".encode(), "unreadable", 1, line)


def row_pieces(found: Iterable[Row], size: int = SHARD_BYTES) -> Iterator[Piece]:
    """Rows that a container had to parse itself, as lines again: an unreadable one as place and reason."""
    import orjson

    lines: list[bytes] = []
    length = 0
    for row in found:
        line = orjson.dumps((row.place, row.why) if isinstance(row, Unreadable) else row)
        lines.append(line)
        length += len(line) + 1
        if length >= size:
            yield Piece(b"\n".join(lines), "rows", len(lines))
            lines, length = [], 0
    if lines:
        yield Piece(b"\n".join(lines), "rows", len(lines))


def _json_pieces(content: Iterable[bytes], name: str) -> Iterator[Piece]:
    yield from row_pieces(_items(content, name))


def _items(content: Iterable[bytes], name: str) -> Iterator[Row]:
    """The items of one JSON array, which is read whole: about six times its size in memory for a moment."""
    import orjson

    try:
        items = _parsed(_whole(content, name))
    except orjson.JSONDecodeError as error:
        raise RunnerError(
            f"{name}: the JSON array cannot be read: {error}",
            fix="repair the file; in JSON Lines (.jsonl, one object a line) a bad line only drops itself",
        ) from None
    if not isinstance(items, list):
        raise RunnerError(
            f"{name} holds {kind_of(items)}, not an array of records",
            fix="write the records as one JSON array, or one object a line as .jsonl",
        )
    for number, item in enumerate(items):
        yield _item(item, f"{name}[{number}]")


def _parsed(document: bytes) -> Any:
    """The document; halves of surrogate pairs are let in, so that only the items that hold them are lost."""
    import json

    import orjson

    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError as error:
        if "surrogate" not in str(error):
            raise
        # Python's parser takes such halves, but more than JSON besides: numbers are left to the stricter one.
        strict = orjson.loads
        try:
            return json.loads(document, parse_constant=strict, parse_int=strict, parse_float=strict)
        except (ValueError, RecursionError):
            raise error from None


def _item(item: Any, place: str) -> Row:
    import orjson

    if not isinstance(item, dict):
        return Unreadable(place, f"{kind_of(item)}, not an object")
    try:
        orjson.dumps(item)
    except orjson.JSONEncodeError as error:  # nested deeper than the writer goes
        return Unreadable(place, str(error))
    return item


def _whole(content: Iterable[bytes], name: str) -> bytes:
    buffer = bytearray()
    for block in content:
        buffer += block
        if len(buffer) > MAX_WHOLE_BYTES:
            raise RunnerError(
                f"{name} is a JSON array of more than {MAX_WHOLE_BYTES >> 30} GiB, too big to read whole",
                fix="write the records as JSON Lines, one object a line (.jsonl): it is read piece by piece",
            )
    return bytes(buffer)


def _csv_pieces(content: Iterable[bytes], name: str) -> Iterator[Piece]:
    from runner.reading.csv_rows import csv_rows

    yield from row_pieces(csv_rows(content, name))


_READERS: dict[str, Callable[[Iterable[bytes], str], Iterator[Piece]]] = {
    "jsonl": jsonl_pieces,
    "json": _json_pieces,
    "csv": _csv_pieces,
}
