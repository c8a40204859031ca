"""The loss curves: training per step, validation points, and where training stopped early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.reporting import charts
from runner.reporting.evidence import Evidence
from runner.reporting.figures import is_number, measure

_MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Curves:
    """The drawing for wide and for narrow windows, and what has to be said about it."""

    wide: str
    narrow: str
    training: bool
    validation: bool
    remarks: tuple[str, ...]


def loss_curves(evidence: Evidence) -> Curves:
    """Both losses over the optimizer steps."""
    training, lost_training = _points(evidence.curve, "train", "training_loss")
    validation, lost_validation = _points(evidence.curve, "validation", "validation_loss")
    drawn, each = _thinned(training)
    remarks = []
    if each > 1:
        remarks.append(f"Each training point is the mean of {each} steps.")
    lost = lost_training + lost_validation
    if lost:
        values = (
            "1 value was not a finite number and is"
            if lost == 1
            else f"{lost} values were not finite and are"
        )
        remarks.append(f"{values} not drawn.")
    wide, narrow = (_drawing(evidence, drawn, validation, name, box) for name, box in _SIZES)
    return Curves(wide, narrow, bool(training), bool(validation), tuple(remarks))


def stopped_early(evidence: Evidence) -> int | None:
    """The step at which training stopped early, if it did."""
    stop = evidence.metrics.get("stopped_early_at_step")
    return int(stop) if is_number(stop) else None


def kept_step(evidence: Evidence) -> int | None:
    """The step whose weights were kept, if they are not those of the last validation."""
    points, _ = _points(evidence.curve, "validation", "validation_loss")
    after = evidence.metrics.get("validation_loss_after")
    if not points or points[-1][1] == after:
        return None
    return next((int(step) for step, loss in points if loss == after), None)


_SIZES = (("losses-wide", charts.WIDE), ("losses-narrow", charts.NARROW))


def _drawing(
    evidence: Evidence,
    training: Sequence[charts.Point],
    validation: Sequence[charts.Point],
    name: str,
    box: charts.Box,
) -> str:
    stop = stopped_early(evidence)
    series = [
        charts.Series("training loss", tuple(training), "quiet"),
        charts.Series("validation loss", tuple(validation), "main"),
    ]
    return charts.line_chart(
        series,
        charts.Axes("optimizer step", "loss per token", whole_x=True),
        title="Loss during training",
        description=_description(training, validation, stop),
        name=name,
        marks=_marks(stop, kept_step(evidence)),
        box=box,
    )


def _marks(stop: int | None, kept: int | None) -> list[charts.Mark]:
    found = [(stop, f"stopped early at step {stop}"), (kept, f"weights kept from step {kept}")]
    return [charts.Mark(float(step), label) for step, label in found if step is not None]


def _description(
    training: Sequence[charts.Point], validation: Sequence[charts.Point], stop: int | None
) -> str:
    parts = [
        f"{label} loss goes from {measure(points[0][1])} at step {points[0][0]:.0f} "
        f"to {measure(points[-1][1])} at step {points[-1][0]:.0f}."
        for label, points in (("Training", training), ("Validation", validation))
        if points
    ]
    return " ".join([*parts, *([f"Training stopped early at step {stop}."] if stop is not None else [])])


def _points(curve: Sequence[Mapping[str, Any]], kind: str, key: str) -> tuple[list[charts.Point], int]:
    """The finite points of one curve, and the number of others. A step that a resume repeats counts once."""
    values = {
        line["step"]: line.get(key)
        for line in curve
        if line.get("kind") == kind and is_number(line.get("step"))
    }
    points = [(float(step), float(value)) for step, value in sorted(values.items()) if is_number(value)]
    return points, len(values) - len(points)


def _thinned(points: list[charts.Point]) -> tuple[list[charts.Point], int]:
    """At most a few hundred points: means of neighbours, each at the last step of its group."""
    each = -(-len(points) // _MOST_POINTS) or 1
    groups = [points[start : start + each] for start in range(0, len(points), each)]
    return [(group[-1][0], sum(y for _, y in group) / len(group)) for group in groups], each
