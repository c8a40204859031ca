"""Charts as inline SVG text: no library, no script, no style of their own but the page's classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from runner.reporting.svg import NARROW, SMALL, WIDE, Box, axis_titles, drawing, line, text
from runner.reporting.ticks import tick_label, tick_labels, ticks

Point = tuple[float, float]


__all__ = [
    "NARROW",
    "SMALL",
    "WIDE",
    "Axes",
    "Box",
    "Mark",
    "Point",
    "Series",
    "bar",
    "histogram",
    "line_chart",
]


@dataclass(frozen=True, slots=True)
class Series:
    """One curve. `style` is a class of the page: `quiet` (thin), `main` (with dots) or `context` (grey)."""

    label: str
    points: tuple[Point, ...]
    style: Literal["quiet", "main", "context"] = "main"
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line with a label, such as the step at which training stopped early."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Axes:
    """What the axes say. `categories` name the x values 0, 1, 2 …; a `y_range` makes charts comparable."""

    x: str
    y: str
    categories: tuple[str, ...] = ()
    y_range: tuple[float, float] | None = None
    log_x: bool = False
    whole_x: bool = False


def line_chart(
    series: Sequence[Series],
    axes: Axes,
    *,
    title: str,
    description: str,
    name: str,
    marks: Sequence[Mark] = (),
    box: Box = WIDE,
) -> str:
    """Curves over two labelled axes. `name` is unique on the page (it ties the title to the drawing)."""
    drawn = [one for one in series if one.points]
    if not drawn:
        return ""
    scale = _Scale.of([point for one in drawn for point in one.points], axes, box)
    body = [
        *_grid(scale, axes, box),
        *(part for row, mark in enumerate(marks) for part in _mark(mark, scale, box, row)),
        *(part for one in drawn for part in _curve(one, scale)),
    ]
    return drawing(body, title=title, description=description, name=name, box=box)


def histogram(
    edges: Sequence[float],
    counts: Sequence[int],
    *,
    x: str,
    y: str,
    title: str,
    description: str,
    name: str,
    box: Box = WIDE,
) -> str:
    """Bars between the edges; all bars have the same width, whatever the distance of the edges."""
    if not counts or len(edges) < len(counts):
        return ""
    top = max(*counts, 1)
    heights = [tick for tick in ticks(0, top, 5) if tick == int(tick)]
    plot_width, plot_height = box.width - box.left - box.right, box.height - box.top - box.bottom
    step = plot_width / len(counts)
    body = []
    for tick in heights:
        y_at = box.top + plot_height * (1 - tick / top)
        body += [
            line(box.left, y_at, box.width - box.right, y_at, "grid"),
            _y_label(tick_label(tick), y_at, box),
        ]
    for index, number in enumerate(counts):
        height = plot_height * number / top
        note = escape(f"{_between(edges, index)}: {number:,}")
        body.append(
            f'<rect class="bin" x="{box.left + index * step + 0.5:.2f}" '
            f'y="{box.top + plot_height - height:.2f}" '
            f'width="{max(step - 1, 0.5):.2f}" height="{height:.2f}"><title>{note}</title></rect>'
        )
    every = max(1, math.ceil(len(counts) / (plot_width / 62)))
    for index in range(0, min(len(edges), len(counts) + 1), every):
        body.append(
            text(
                box.left + index * step, box.height - box.bottom + 18, tick_label(edges[index]), "tick middle"
            )
        )
    body += axis_titles(x, y, box)
    return drawing(body, title=title, description=description, name=name, box=box)


def bar(part: float, whole: float) -> str:
    """A thin bar for a table cell; decoration only, the number stands beside it."""
    percent = 100 * part / whole if whole else 0.0
    return (
        '<svg class="bar" aria-hidden="true"><rect class="track" width="100%" height="100%"/>'
        f'<rect class="fill" width="{min(max(percent, 0.0), 100.0):.2f}%" height="100%"/></svg>'
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    log_x: bool
    box: Box

    @classmethod
    def of(cls, points: Sequence[Point], axes: Axes, box: Box) -> _Scale:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        x_low, x_high = (
            (-0.5, len(axes.categories) - 0.5) if axes.categories else _padded(min(xs), max(xs), 0.0)
        )
        if axes.log_x:
            x_low, x_high = math.log10(min(xs)), math.log10(max(xs))
        low, high = axes.y_range or (min(ys), max(ys))
        return cls(x_low, x_high, *_padded(low, high, 0.08), axes.log_x, box)

    def x(self, value: float) -> float:
        at = math.log10(value) if self.log_x else value
        width = self.box.width - self.box.left - self.box.right
        return self.box.left + width * (at - self.x_low) / (self.x_high - self.x_low)

    def y(self, value: float) -> float:
        height = self.box.height - self.box.top - self.box.bottom
        return self.box.top + height * (self.y_high - value) / (self.y_high - self.y_low)


def _padded(low: float, high: float, by: float) -> tuple[float, float]:
    if high > low:
        return low - (high - low) * by, high + (high - low) * by
    room = abs(low) * 0.1 or 1.0
    return low - room, high + room


def _grid(scale: _Scale, axes: Axes, box: Box) -> list[str]:
    parts = []
    heights = ticks(scale.y_low, scale.y_high, 5)
    for tick, label in zip(heights, tick_labels(heights), strict=True):
        y = scale.y(tick)
        parts += [line(box.left, y, box.width - box.right, y, "grid"), _y_label(label, y, box)]
    for value, label in _x_ticks(scale, axes, box):
        x = scale.x(value)
        parts.append(line(x, box.height - box.bottom, x, box.height - box.bottom + 4, "axis"))
        parts.append(text(x, box.height - box.bottom + 18, label, "tick middle"))
    parts.append(
        line(box.left, box.height - box.bottom, box.width - box.right, box.height - box.bottom, "axis")
    )
    return parts + axis_titles(axes.x, axes.y, box)


def _x_ticks(scale: _Scale, axes: Axes, box: Box) -> list[tuple[float, str]]:
    room = max(2, (box.width - box.left - box.right) // 80)
    if axes.categories:
        letters = max(4, (box.width - box.left - box.right) // len(axes.categories) // 7)
        short = (one if len(one) <= letters else one[: letters - 1] + "…" for one in axes.categories)
        return [(float(index), label) for index, label in enumerate(short)]
    if axes.log_x:
        powers = range(math.ceil(scale.x_low - 1e-9), math.floor(scale.x_high + 1e-9) + 1)
        return [(10.0**power, tick_label(10.0**power)) for power in powers]
    found = [one for one in ticks(scale.x_low, scale.x_high, room) if not axes.whole_x or one == int(one)]
    return list(zip(found, tick_labels(found), strict=True))


def _curve(series: Series, scale: _Scale) -> list[str]:
    places = [(scale.x(x), scale.y(y)) for x, y in series.points]
    parts = []
    if series.joined and len(places) > 1:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="curve {series.style}" points="{path}"/>')
    if series.style == "main" or not series.joined or len(places) == 1:
        for (x, y), (value, result) in zip(places, series.points, strict=True):
            note = escape(f"{series.label}: {result:.4g} at {tick_label(value)}")
            parts.append(
                f'<circle class="dot {series.style}" cx="{x:.1f}" cy="{y:.1f}" r="4">'
                f"<title>{note}</title></circle>"
            )
    return parts


def _mark(mark: Mark, scale: _Scale, box: Box, row: int) -> list[str]:
    x = scale.x(mark.x)
    left = x > box.left + (box.width - box.left - box.right) / 2
    label = text(
        x - 6 if left else x + 6, box.top + 10 + 18 * row, mark.label, "mark end" if left else "mark"
    )
    return [line(x, box.top, x, box.height - box.bottom, "mark"), label]


def _between(edges: Sequence[float], index: int) -> str:
    if index + 1 < len(edges):
        return f"{tick_label(edges[index])} to {tick_label(edges[index + 1])}"
    return f"{tick_label(edges[index])} or more"


def _y_label(label: str, y: float, box: Box) -> str:
    return text(box.left - 8, y + 4, label, "tick end")
