"""A file as batches of whole lines, in constant memory; LF, CR LF and CR all end a line, as in an editor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAX_LINE_BYTES = 64 << 20
"""A longer line is no record; it is skipped without being held in memory."""


class Batch(NamedTuple):
    """Some lines of a file, without their ends."""

    first: int
    """Number of the first line, from 1."""
    lines: list[bytes]
    whole: bytes
    """The same with the ends: what is searched once for all lines."""
    skipped: bool
    """The first line was too long to keep: it stands here empty."""


def batches(content: Iterable[bytes], longest: int = MAX_LINE_BYTES) -> Iterator[Batch]:
    """The lines of `content`, however it is cut into blocks."""
    number, rest, skipped = 1, b"", False
    for block in content:
        rest += block
        # A CR at the very end may be the first half of CR LF: it waits for the next block.
        end = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, len(rest) - 1)) + 1
        if end:
            whole, rest = rest[:end], rest[end:]
            yield (batch := Batch(number, whole.splitlines(), whole, skipped))
            number, skipped = number + len(batch.lines), False
        if len(rest) > longest:
            rest, skipped = (b"\r" if rest.endswith(b"\r") else b""), True
    if rest or skipped:
        yield Batch(number, rest.splitlines() or [b""], rest, skipped)
