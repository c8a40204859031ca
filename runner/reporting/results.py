"""What the run measured: the headline, the table of before and after, and the answers side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.reporting.evidence import Evidence, section
from runner.reporting.figures import change, count, duration, is_number, measure, usd
from runner.reporting.money import actual_cost

_SAMPLES_SHOWN = 8
_MEASURES = (
    ("validation_loss", "Validation loss", 3, "down", "per token, on records that were not trained on"),
    ("perplexity", "Perplexity", 2, "down", "e to the power of the loss"),
    ("bits_per_character", "Bits per character", 3, "down", "comparable between tokenizers"),
    ("chrf", "chrF", 1, "up", "character overlap of the answers with the references, 0 to 100"),
)
_STATES = {
    "Completed": ("good", "Completed"),
    "Failed": ("bad", "Failed"),
    "Stopped": ("warn", "Stopped"),
    "Stopping": ("warn", "Stopping"),
    "InProgress": ("warn", "In progress"),
    "NotStarted": ("warn", "Not started"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the headline."""

    label: str
    value: str
    note: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table of before and after. `better` is None where nothing can be said."""

    label: str
    before: str
    after: str
    change: str
    better: bool | None
    hint: str


def measured(evidence: Evidence) -> dict[str, Any]:
    """The metrics; while a run has none yet, the losses that its curve holds so far."""
    metrics = dict(evidence.metrics)
    points = [line for line in evidence.curve if line.get("kind") == "validation"]
    for name, *_ in _MEASURES[:3]:
        values = [(line.get("step"), line.get(name)) for line in points]
        before = next((value for step, value in values if step == 0), None)
        after = next((value for step, value in reversed(values) if step != 0), None)
        for when, value in (("before", before), ("after", after)):
            if metrics.get(f"{name}_{when}") is None and not evidence.metrics:
                metrics[f"{name}_{when}"] = value
    return metrics


def state(evidence: Evidence) -> tuple[str, str]:
    """Tone (`good`, `warn`, `bad`) and words for the job's state."""
    return _STATES.get(evidence.state, ("warn", evidence.state))


def sentence(evidence: Evidence) -> str:
    """The outcome in one sentence, claiming no more than was measured."""
    metrics = measured(evidence)
    before, after = metrics.get("validation_loss_before"), metrics.get("validation_loss_after")
    so_far = "" if evidence.state == "Completed" else " so far"
    if is_number(before) and is_number(after):
        numbers = f"{measure(before)} before, {measure(after)} after"
        return f"Validation loss {_direction(before, after)}{so_far}: {numbers}."
    if isinstance(after, float) and not is_number(after):
        return "The validation loss after training is not a finite number."
    if evidence.state in {"Failed", "Stopped"}:
        return "The job ended before a validation loss could be measured."
    if evidence.state == "Completed":
        return "The job completed. No validation loss was measured."
    return "Nothing has been measured yet."


def tiles(evidence: Evidence) -> list[Tile]:
    """The numbers of the headline."""
    metrics = measured(evidence)
    before, after = metrics.get("validation_loss_before"), metrics.get("validation_loss_after")
    paid = actual_cost(evidence)
    return [
        Tile("Validation loss", measure(before), change(before, after), measure(after)),
        Tile(
            "Records trained on",
            count(metrics.get("records", section(evidence.plan, "dataset").get("train_records"))),
            f"{count(metrics.get('tokens_trained'))} tokens in {count(metrics.get('steps'))} steps",
        ),
        Tile("Training time", duration(metrics.get("seconds")), str(metrics.get("base") or "")),
        Tile("Paid", usd(paid["usd"]), _planned(section(evidence.plan, "cost"))),
    ]


def table(evidence: Evidence) -> list[Measure]:
    """Before and after, measure by measure; a dash where nothing was measured."""
    metrics = measured(evidence)
    rows = []
    for name, label, digits, good, hint in _MEASURES:
        before, after = metrics.get(f"{name}_before"), metrics.get(f"{name}_after")
        better = None
        if is_number(before) and is_number(after) and before != after:
            better = (after < before) == (good == "down")
        rows.append(
            Measure(
                label, measure(before, digits), measure(after, digits), change(before, after), better, hint
            )
        )
    return rows


def answers(evidence: Evidence) -> tuple[list[dict[str, str]], int]:
    """Sample answers as (prompt, reference, before, after), and how many more there are."""
    samples = evidence.metrics.get("samples")
    found = [one for one in samples if isinstance(one, Mapping)] if isinstance(samples, list) else []
    keys = ("prompt", "reference", "before", "after")
    shown = [{key: str(one.get(key) or "") for key in keys} for one in found[:_SAMPLES_SHOWN]]
    return shown, len(found) - len(shown)


def notes(evidence: Evidence) -> list[str]:
    """What has to be known to read the numbers, as the executor and the facts about the model say it."""
    places = (
        evidence.metrics,
        evidence.plan,
        section(evidence.plan, "model"),
        section(evidence.plan, "cost"),
    )
    found = [
        note
        for place in places
        for note in (place.get("notes") or [])
        if isinstance(place.get("notes"), list)
    ]
    return list(dict.fromkeys(str(note) for note in found))


def _planned(cost: Mapping[str, Any]) -> str:
    likely, platform = cost.get("likely"), str(cost.get("platform") or "")
    if not cost:
        return ""
    if likely is None:
        return f"planned: unknown{' on ' + platform if platform else ''}"
    return f"on {platform} likely {usd(likely)}" if cost.get("rehearsal") else f"planned: {usd(likely)}"


def _direction(before: float, after: float) -> str:
    relative = change(before, after)
    if relative.startswith("−"):
        return f"fell by {relative.removeprefix('−')}"
    return f"rose by {relative.removeprefix('+')}" if relative.startswith("+") else "did not change"
