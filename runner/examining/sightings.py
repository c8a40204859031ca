"""Which records were seen before: packed digests that go to disk when they grow, so memory is bounded.

A record is three 64-bit numbers: a digest of its near-identical form, one of its exact form, and its place.
They are dealt over partitions by the first; each partition is looked through on its own at the end.
"""

from __future__ import annotations

import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from typing import BinaryIO, NamedTuple

from runner.errors import RunnerError
from runner.examining.near import near_digest

_PARTITIONS = 256
_IN_MEMORY = 1 << 20
"""Records kept in memory: 24 MB."""
_LINE_BITS = 40
_MASK = (1 << 64) - 1


class Place(NamedTuple):
    """A line of one of the files."""

    file: int
    line: int


class Again(NamedTuple):
    """A record that was seen before."""

    place: Place
    first: Place
    exact: bool
    """False: only near-identical."""
    copies: int
    """How many records are exactly like it, in all."""


class Sightings:
    """Collects records, then tells which of them repeat another."""

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._parts = [array("Q") for _ in range(_PARTITIONS)]
        self._room = self._in_memory = in_memory
        self._disk: BinaryIO | None = None
        self._on_disk: list[list[tuple[int, int]]] = [[] for _ in range(_PARTITIONS)]
        """Where the pieces of each partition lie: offset and bytes."""

    def add(self, file: int, line: int, texts: tuple[str, ...], others: tuple[Hashable, ...]) -> None:
        """Note one record."""
        near = near_digest(texts, others) & _MASK
        exact = hash((texts, others)) & _MASK
        self._parts[near % _PARTITIONS].extend((near, exact, file << _LINE_BITS | line))
        self._room -= 1
        if not self._room:
            self._spill()

    def again(self) -> Iterator[Again]:
        """Every record that repeats an earlier one; in the order of the lines within each partition only."""
        try:
            for number in range(_PARTITIONS):
                yield from _repeats(partial(self._pieces, number))
        finally:
            if self._disk:
                self._disk.close()

    def _spill(self) -> None:
        try:
            if self._disk is None:
                self._disk = tempfile.TemporaryFile()  # noqa: SIM115 - closed when all is looked through
            for part, pieces in zip(self._parts, self._on_disk, strict=True):
                if part:
                    pieces.append((self._disk.tell(), len(part) * part.itemsize))
                    self._disk.write(part)
                    del part[:]
        except OSError as error:
            raise RunnerError(
                f"no temporary file for the list of records seen so far: {error.strerror or error}",
                fix="set TMPDIR to a folder with room: 24 bytes a record",
            ) from None
        self._room = self._in_memory

    def _pieces(self, number: int) -> Iterator[array[int]]:
        """The records of a partition, in the order they came; a piece of it at a time is in memory."""
        for offset, size in self._on_disk[number] if self._disk else ():
            self._disk.seek(offset)  # type: ignore[union-attr]
            piece = array("Q")
            piece.frombytes(self._disk.read(size))  # type: ignore[union-attr]
            yield piece
        yield self._parts[number]


def _repeats(pieces: Callable[[], Iterator[array[int]]]) -> Iterator[Again]:
    """Looks through the records twice, so that only different ones are kept, however often they repeat."""
    exacts: dict[int, int] = {}
    nears: dict[int, int] = {}
    copies: Counter[int] = Counter()
    similar = False
    for near, exact, place in _records(pieces()):
        if exacts.setdefault(exact, place) != place:
            copies[exact] += 1
        elif nears.setdefault(near, place) != place:
            similar = True
    if not copies and not similar:
        return
    for near, exact, place in _records(pieces()):
        if (first := exacts[exact]) != place:
            yield Again(_place(place), _place(first), True, copies[exact] + 1)
        elif (first := nears[near]) != place:
            yield Again(_place(place), _place(first), False, 1)


def _records(pieces: Iterable[array[int]]) -> Iterator[tuple[int, int, int]]:
    for piece in pieces:
        numbers = iter(piece)
        yield from zip(numbers, numbers, numbers, strict=True)


def _place(packed: int) -> Place:
    return Place(packed >> _LINE_BITS, packed & ((1 << _LINE_BITS) - 1))
