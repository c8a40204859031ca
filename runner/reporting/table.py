"""Plain text tables: columns of equal width."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

_GAP = "  "


def table(rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> Iterator[str]:
    """One line for each row; the columns in `right` are aligned right."""
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = zip(row, widths, strict=True)
        texts = [c.rjust(width) if i in right else c.ljust(width) for i, (c, width) in enumerate(cells)]
        yield _GAP.join(texts).rstrip()


def fitted(rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """A table with a head where `width` holds it, else a short block for each row; None is no limit."""
    lines = list(table(rows))
    if width is None or not lines or max(map(len, lines)) <= width:
        return lines
    head, *body = rows
    return [line for row in body for line in _block(head, row)]


def _block(head: Sequence[str], row: Sequence[str]) -> list[str]:
    named = zip(head[1:], row[1:], strict=True)
    return [row[0], *(f"{_GAP}{name}: {cell}" for name, cell in named if cell)]
