"""The page of a sweep: every job in one table, and the validation loss over each swept parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from runner.reporting import charts
from runner.reporting.figures import is_number, measure

_MOST_PANELS = 12
_LOG_FROM_RATIO = 30


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart with its heading; a single wide chart has a second drawing for narrow windows."""

    heading: str
    drawing: str
    narrow: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """The charts over one swept parameter."""

    parameter: str
    caption: str
    panels: tuple[Panel, ...]


def page(data: Mapping[str, Any]) -> str:
    """The content of `sweep.html`, from what `sweep.json` holds."""
    from runner.reporting.pages import render

    jobs = sorted(data["jobs"], key=_rank)
    best = jobs[0] if jobs and is_number(jobs[0]["validation_loss_after"]) else None
    return render(
        "sweep.html.j2",
        sweep=data,
        jobs=jobs,
        best=best,
        plots=plots(data),
        link=_link,
        problems=[job for job in data["jobs"] if job["error"] or job["findings"]],
        synthetic=any(job["metrics"].get("synthetic") for job in data["jobs"]),
    )


def plots(data: Mapping[str, Any]) -> list[Plot]:
    """A plot for every parameter that has several values; two parameters make small multiples."""
    jobs = [job for job in data["jobs"] if is_number(job["validation_loss_after"])]
    losses = [float(job["validation_loss_after"]) for job in jobs]
    if not jobs:
        return []
    swept = [name for name in data["parameters"] if len({job["parameters"].get(name) for job in jobs}) > 1]
    y_range = (min(losses), max(losses))
    return [
        _plot(index, name, [other for other in swept if other != name], jobs, y_range)
        for index, name in enumerate(swept)
    ]


def _plot(
    index: int,
    name: str,
    others: Sequence[str],
    jobs: Sequence[Mapping[str, Any]],
    y_range: tuple[float, float],
) -> Plot:
    places, axes = _axis(name, _distinct(job["parameters"].get(name, "") for job in jobs), y_range)
    curves = {key: _curve(key, members, name, places) for key, members in _groups(jobs, others).items()}
    together = not others or len(curves) > _MOST_PANELS
    if together:
        drawn = [charts.Series(one.label, one.points, "main", not others) for one in curves.values()]
        wide, narrow = (
            _chart(drawn, axes, f"plot-{index}-{size}", box)
            for size, box in (("wide", charts.WIDE), ("narrow", charts.NARROW))
        )
        panels = [Panel("", wide, narrow)]
    else:
        panels = [
            Panel(key, _chart(_highlighted(curves, key), axes, f"plot-{index}-{number}", charts.SMALL))
            for number, key in enumerate(curves)
        ]
    caption = "Validation loss after training; lower is better"
    if not together:
        caption += ". Each panel shows one setting of the other parameters in colour, and the rest in grey"
    return Plot(name, caption, tuple(panels))


def _axis(
    name: str, values: Sequence[str], y_range: tuple[float, float]
) -> tuple[dict[str, float], charts.Axes]:
    """Where each value stands on the x axis: by size if all are numbers, else side by side."""
    try:
        numbers = {value: float(value) for value in values}
    except ValueError:
        numbers = {}
    if not numbers or not all(is_number(number) for number in numbers.values()):
        return {value: float(at) for at, value in enumerate(values)}, charts.Axes(
            name, "validation loss", tuple(values), y_range
        )
    low, high = min(numbers.values()), max(numbers.values())
    log = low > 0 and high / low >= _LOG_FROM_RATIO
    whole = all(number == int(number) for number in numbers.values())
    return numbers, charts.Axes(name, "validation loss", (), y_range, log, whole)


def _chart(drawn: Sequence[charts.Series], axes: charts.Axes, name: str, box: charts.Box) -> str:
    own = [curve for curve in drawn if curve.style == "main"]
    description = " ".join(
        f"{curve.label}: from {measure(curve.points[0][1])} to {measure(curve.points[-1][1])}."
        for curve in own
    )
    title = f"Validation loss by {axes.x}" + (f", {own[0].label}" if len(own) == 1 else "")
    return charts.line_chart(drawn, axes, title=title, description=description, name=name, box=box)


def _highlighted(curves: Mapping[str, charts.Series], key: str) -> list[charts.Series]:
    """One curve in colour, last so that it lies on top of the grey ones."""
    rest = [charts.Series(one.label, one.points, "context") for other, one in curves.items() if other != key]
    return [*rest, curves[key]]


def _curve(
    label: str, jobs: Sequence[Mapping[str, Any]], name: str, places: Mapping[str, float]
) -> charts.Series:
    points = sorted(
        (places[job["parameters"].get(name, "")], float(job["validation_loss_after"])) for job in jobs
    )
    return charts.Series(label or "validation loss", tuple(points))


def _groups(jobs: Sequence[Mapping[str, Any]], others: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """The jobs that differ in nothing but one parameter, by what the other parameters are."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for job in jobs:
        key = ", ".join(
            f"{other.rpartition('.')[2]} = {job['parameters'].get(other, '')}" for other in others
        )
        groups.setdefault(key, []).append(job)
    return groups


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _rank(job: Mapping[str, Any]) -> tuple[bool, float, int]:
    """By validation loss, jobs without one last."""
    loss = job["validation_loss_after"]
    return (not is_number(loss), float(loss) if is_number(loss) else 0.0, int(job["number"]))


def _link(job: Mapping[str, Any]) -> str:
    """A relative address of the job's report; empty where there is none."""
    return quote(f"{job['run']}/report.html") if job["run"] and job["has_report"] else ""
