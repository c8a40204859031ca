"""The few forms of Markdown that the generated pages use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def page(title: str, made_from: str, parts: Iterable[str]) -> str:
    """A whole page, with a note that it is not to be edited."""
    note = f"<!-- Generated from {made_from} by `python -m runner.docs`: edit there. -->"
    return "\n\n".join([f"# {title}", note, *parts]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; `|` and line ends in cells are escaped."""
    lines = [_row(head), "|" + " --- |" * len(head), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
