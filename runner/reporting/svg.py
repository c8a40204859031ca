"""The strokes that charts are drawn with: escaped SVG text, styled by the page's classes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Box:
    """Size of a chart and the room around its plot, in the units of its view box."""

    width: int
    height: int
    left: int = 58
    right: int = 16
    top: int = 14
    bottom: int = 46


WIDE = Box(760, 300)
NARROW = Box(340, 250, left=50, right=16)
SMALL = Box(340, 220, left=50, right=16)


def axis_titles(x: str, y: str, box: Box) -> list[str]:
    """The names of both axes."""
    middle = box.top + (box.height - box.top - box.bottom) / 2
    return [
        text(box.left + (box.width - box.left - box.right) / 2, box.height - 6, x, "middle"),
        f'<text class="middle" transform="translate(13 {middle:.1f}) rotate(-90)">{escape(y)}</text>',
    ]


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    """A straight line."""
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x: float, y: float, words: str, style: str) -> str:
    """Words at a place; the classes `middle` and `end` say which part of them stands there."""
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def drawing(body: Sequence[str], *, title: str, description: str, name: str, box: Box) -> str:
    """The whole chart, with a title and a description for those who do not see it."""
    return (
        f'<svg class="chart" viewBox="0 0 {box.width} {box.height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>{"".join(body)}</svg>'
    )
