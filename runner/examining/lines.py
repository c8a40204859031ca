"""A file as batches of whole lines, in constant memory; LF, CR LF and CR all end a line, as in an editor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAX_LINE_BYTES = 16 << 20
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
    number, skipped = 1, False
    begun: list[bytes] = []  # joined once, when the line ends: joining at every block would be quadratic
    size, held = 0, b""
    for block in content:
        block = held + block
        # A CR at the very end may be the first half of CR LF: it waits for the next block.
        held = b"\r" if block.endswith(b"\r") else b""
        block = block.removesuffix(b"\r")
        if end := max(block.rfind(b"\n"), block.rfind(b"\r")) + 1:
            whole = b"".join((*begun, block[:end]))
            yield (batch := Batch(number, whole.splitlines(), whole, skipped))
            number, skipped = number + len(batch.lines), False
            begun, size, block = [], 0, block[end:]
        begun.append(block)
        size += len(block)
        if size > longest:
            begun, size, skipped = [], 0, True
    if (rest := b"".join(begun) + held) or skipped:
        yield Batch(number, rest.splitlines() or [b""], rest, skipped)
