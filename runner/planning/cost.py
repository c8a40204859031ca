"""What a customization job costs on its model's platform: low, likely and high, each line with its source.

Text: tokens x epochs x price; images: the images seen; reinforcement: hours; distillation: the teacher and
the student's training; plus the storage of the custom model. Hosting the result is shown but is not part of
the job. A price that no source gives is unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from runner.model import Model, load_model
from runner.planning.bill import BOUNDS as BOUNDS
from runner.planning.bill import Cost as Cost
from runner.planning.bill import Line as Line
from runner.planning.bill import Range as Range
from runner.planning.money import exact, product, total
from runner.planning.prices import line
from runner.text.token_bounds import total_factors

STORAGE_MONTHS = 1
"""The custom model is assumed to be kept this long: the bill goes on until it is deleted."""

PLATFORMS = {"bedrock": "Amazon Bedrock", "local": "this machine"}


@dataclass(frozen=True, slots=True)
class Work:
    """What is trained: tokens of the training file as one tokenizer counts them, and passes over them."""

    tokens: int
    tokenizer: str
    epochs: int | None
    scripts: Mapping[str, int] = field(default_factory=dict)
    """The tokens by class of text, where that is known: every class has bounds of its own."""
    records: int | None = None
    """Records of the training file."""
    settings: Mapping[str, int | float | str] = field(default_factory=dict)
    """The hyperparameters: what images and distillation are billed by."""


def estimate(model: Model, method: str, region: str | None, work: Work) -> Cost:
    """The cost of one job. A model of this machine costs nothing."""
    platform = PLATFORMS.get(model.platform, model.platform)
    if model.platform == "local":
        return Cost(platform, (), ())
    tokens = token_bounds(model, work.tokens, work.tokenizer, work.scripts)
    if model.methods[method].teachers is not None:
        first = [*_teaching(model, method, region, tokens, work), _student(model, region)]
    elif method == "reinforcement_fine_tuning":
        first = [_hours(model, region)]
    elif model.methods[method].format == "image_caption":
        first = [_images(model, region, work)]
    else:
        first = [_training(model, region, tokens, work)]
    return Cost(platform, (*first, _storage(model, region)), _hosting(model, region))


def token_bounds(
    model: Model, counted: int, tokenizer: str, scripts: Mapping[str, int] | None = None
) -> Range | None:
    """How many tokens the model's own tokenizer may count; None where no bound is known."""
    facts = model.data["tokens"]
    if tokenizer not in (facts["tokenizer"], (facts.get("estimate") or {}).get("with")):
        return None
    scripts = scripts or {}
    parts = {**scripts, "": counted - sum(scripts.values())}
    found = [(total_factors(model, script), number) for script, number in parts.items()]
    return Range(
        *(total([product(n, exact(getattr(factors, bound))) for factors, n in found]) for bound in BOUNDS)
    )


def _training(model: Model, region: str | None, tokens: Range | None, work: Work) -> Line:
    quantity, note = None, ""
    if work.epochs is None:
        note = "the method states no number of epochs"
    elif tokens is None:
        note = f"no bound is known between {work.tokenizer} tokens and the model's own"
    else:
        quantity = tokens.times(work.epochs)
        epochs = f"{work.epochs} epoch{'' if work.epochs == 1 else 's'}"
        note = f"{work.tokens:,} {work.tokenizer} tokens x {epochs}"
        if tokens.low != tokens.high:
            least, most = (_times(bound, work.tokens) for bound in (tokens.low, tokens.high))
            note += f"; the model's own count may be {least} to {most} times that"
            note += f" ({', '.join(sorted(work.scripts))} text)" if work.scripts else ""
    return line(model, "training_tokens", region, quantity, "tokens x epochs", note=note)


def _times(bound: Decimal, tokens: int) -> str:
    """A ratio for people."""
    return f"{bound / tokens:.2f}" if tokens else "1"


def _images(model: Model, region: str | None, work: Work) -> Line:
    """Images seen: the smaller of the images and the batch, for every step."""
    batch, steps = work.settings.get("batchSize"), work.settings.get("stepCount")
    if work.records is None or not isinstance(batch, int) or not isinstance(steps, int):
        note = "how many images are billed is known only where stepCount is a number"
        return line(model, "training_images", region, None, "images seen", note=note)
    seen = Decimal(min(work.records, batch) * steps)
    note = f"the smaller of {work.records:,} images and batchSize {batch}, for {steps:,} steps"
    return line(model, "training_images", region, Range(seen, seen, seen), "images seen", note=note)


def _hours(model: Model, region: str | None) -> Line:
    note = "how long the job takes is not known before it"
    return line(model, "training_hours", region, None, "hours", note=note)


def _student(model: Model, region: str | None) -> Line:
    reason = "the student trains on the teacher's answers: their length is not known before the job"
    return line(model, "training_tokens", region, None, "tokens x epochs", note=reason)


def _teaching(model: Model, method: str, region: str | None, tokens: Range | None, work: Work) -> list[Line]:
    """The prompts that the teacher reads, at most the whole file, and the answers that it writes."""
    teachers = model.methods[method].teachers or ()
    named = str(work.settings.get("teacherModelIdentifier", ""))
    teachers = tuple(teacher for teacher in teachers if named.endswith(teacher)) or teachers
    if len(teachers) != 1:
        note = f"depends on the teacher: {' or '.join(teachers)}" if teachers else "no teacher is left"
        return [Line(f"teacher_{way}", "tokens", "1000 tokens", note=note) for way in ("input", "output")]
    teacher = load_model(teachers[0])
    read_note = f"{teacher.name} reads at most the whole file"
    written_note = f"answers of {teacher.name}: their length is not known before the job"
    read = line(teacher, "inference_input", region, tokens, "tokens", note=read_note)
    written = line(teacher, "inference_output", region, None, "tokens", note=written_note)
    return [replace(read, item="teacher_input"), replace(written, item="teacher_output")]


def _storage(model: Model, region: str | None) -> Line:
    months = Range(*[Decimal(STORAGE_MONTHS)] * 3)
    note = "assumed to be kept for one month; billed until deleted"
    return line(model, "storage", region, months, "month", note=note)


def _hosting(model: Model, region: str | None) -> tuple[Line, ...]:
    """One model unit for a day, and a million tokens on demand, where the model can be hosted so."""
    kinds, lines = model.data.get("hosting", {}), []
    if kinds.get("provisioned_throughput"):
        day = Range(*[Decimal(24)] * 3)
        note = "one model unit for one day without commitment; only while it runs"
        lines.append(line(model, "provisioned_throughput", region, day, "model unit x hours", note=note))
    if kinds.get("on_demand_deployment"):
        million = Range(*[Decimal(1_000_000)] * 3)
        note = "a million tokens on demand; nothing while nobody asks"
        for item in ("custom_inference_input", "custom_inference_output"):
            lines.append(line(model, item, region, million, "tokens", note=note))
    return tuple(lines)
