"""Rows of a CSV file: comma, double quotes, a header; quoted line breaks; UTF-8 only."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from runner.errors import RunnerError
from runner.reading.shard import Unreadable

if TYPE_CHECKING:
    from runner.reading.shard import Row

_MAX_FIELD = 64 << 20


def csv_rows(content: Iterable[bytes], name: str) -> Iterator[Row]:
    """Each row by the names of the header, every value text; one that does not fit is `Unreadable`."""
    previous = csv.field_size_limit(_MAX_FIELD)
    try:
        yield from _rows(content, name)
    finally:
        csv.field_size_limit(previous)


def _rows(content: Iterable[bytes], name: str) -> Iterator[Row]:
    reader = csv.reader(_lines(content), strict=True)
    header: list[str] | None = None
    while True:
        place = f"{name}:{reader.line_num + 1}"
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if header is None or "unexpected end of data" in str(error) or "field limit" in str(error):
                raise _broken(place, error) from None
            yield Unreadable(place, f"not CSV: {error}")
            continue
        if not values:
            continue
        if header is None:
            header = _header(values, name)
        else:
            yield _row(header, values, place)


def _row(header: list[str], values: list[str], place: str) -> Row:
    if len(values) != len(header):
        return Unreadable(place, f"{len(values)} values, but the header names {len(header)} columns")
    if not _is_utf8(values):
        return Unreadable(place, "not UTF-8")
    return dict(zip(header, values, strict=True))


def _header(values: list[str], name: str) -> list[str]:
    if not _is_utf8(values):
        raise RunnerError(f"{name}: the header is not UTF-8", fix="save the file as UTF-8")
    if twice := sorted(column for column, times in Counter(values).items() if times > 1):
        raise RunnerError(
            f"{name}: the header names {', '.join(map(repr, twice))} more than once",
            fix="rename one of the columns",
        )
    return values


def _broken(place: str, error: csv.Error) -> RunnerError:
    """A quote that is never closed swallows every row behind it: no row after it can be trusted."""
    if "unexpected end" in str(error) or "field limit" in str(error):
        return RunnerError(
            f"{place}: a quote opened in this row is never closed",
            fix='close it, and write a quote inside a quoted value as two: ""',
        )
    return RunnerError(
        f"{place}: the header cannot be read: {error}", fix="save the file as CSV with a header line"
    )


def _is_utf8(values: list[str]) -> bool:
    """Bytes that are not UTF-8 were kept as lone surrogates, which no text encodes."""
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return False
    return True


def _lines(content: Iterable[bytes]) -> Iterator[str]:
    """Lines with their ends; only `\\n` ends one, so a line break inside quotes stays what it was."""
    rest = b""
    for block in content:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield line.decode(errors="surrogateescape") + "\n"
        if len(rest) > _MAX_FIELD:
            raise RunnerError("a CSV line is longer than 64 MiB", fix="check that the file is CSV")
    if rest:
        yield rest.decode(errors="surrogateescape")
