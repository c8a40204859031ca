"""What a customization job costs on its model's platform: low, likely and high, each line with its source.

Text models: tokens x epochs x price, plus the storage of the custom model. Hosting the result is shown but
is not part of the job. A price that no source gives is unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from runner.model import Model, load_model
from runner.planning.money import exact, plain, product, total

STORAGE_MONTHS = 1
"""The custom model is assumed to be kept this long: the bill goes on until it is deleted."""

BOUNDS = ("low", "likely", "high")

PLATFORMS = {"bedrock": "Amazon Bedrock", "local": "this machine"}


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity that is known only within bounds."""

    low: Decimal
    likely: Decimal
    high: Decimal

    def times(self, factor: Decimal | int) -> Range:
        """Every bound multiplied."""
        return Range(*(product(bound, factor) for bound in (self.low, self.likely, self.high)))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is paid for; `amount` is None where the price or the quantity is unknown."""

    item: str
    unit: str
    per: str
    """What one price buys."""
    quantity: Range | None = None
    usd: Decimal | None = None
    amount: Range | None = None
    source: str = ""
    as_of: str = ""
    confidence: str = ""
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data: money and quantities as strings."""
        amounts = {bound: _text(getattr(self.amount, bound, None)) for bound in BOUNDS}
        return {
            "item": self.item,
            "quantity": _text(getattr(self.quantity, "likely", None)),
            "unit": self.unit,
            **amounts,
            "usd": _text(self.usd),
            "per": self.per,
            "source": self.source,
            "as_of": self.as_of,
            "confidence": self.confidence,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """The lines and the sum of those that are known; None when none is. `unknown` names the others."""

    platform: str
    lines: tuple[Line, ...]
    hosting: tuple[Line, ...]
    """What serving the custom model would cost: information, in no total."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Items without a price or a quantity."""
        return tuple(line.item for line in self.lines if line.amount is None)

    def sum(self, bound: str) -> Decimal | None:
        """The sum of `low`, `likely` or `high` over the known lines; a platform without lines costs 0."""
        known = [getattr(line.amount, bound) for line in self.lines if line.amount is not None]
        return total(known) if known or not self.lines else None

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `plan.json`."""
        return {
            "platform": self.platform,
            "lines": [line.as_dict() for line in self.lines],
            **{bound: _text(self.sum(bound)) for bound in BOUNDS},
            "unknown": list(self.unknown),
            "hosting": [line.as_dict() for line in self.hosting],
        }


@dataclass(frozen=True, slots=True)
class Work:
    """What is trained: tokens of the training file as one tokenizer counts them, and passes over them."""

    tokens: int
    tokenizer: str
    epochs: int | None


def estimate(model: Model, method: str, region: str | None, work: Work) -> Cost:
    """The cost of one job. A model of this machine costs nothing."""
    platform = PLATFORMS.get(model.platform, model.platform)
    if model.platform == "local":
        return Cost(platform, (), ())
    tokens = token_bounds(model, work.tokens, work.tokenizer)
    if model.methods[method].teachers is None:
        first = [_training(model, region, tokens, work)]
    else:
        first = [*_teaching(model, method, region, tokens), _student(model, region)]
    return Cost(platform, (*first, _storage(model, region)), _hosting(model, region))


def token_bounds(model: Model, counted: int, tokenizer: str) -> Range | None:
    """How many tokens the model's own tokenizer may count; None where no bound is known."""
    facts = model.data["tokens"]
    if facts["tokenizer"] == tokenizer:
        return Range(Decimal(counted), Decimal(counted), Decimal(counted))
    bounds = facts.get("estimate") or {}
    if bounds.get("with") != tokenizer:
        return None
    low, high = (product(counted, exact(bounds[bound])) for bound in ("low", "high"))
    return Range(low, Decimal(counted), high)


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
            bounds = model.data["tokens"]["estimate"]
            note += f"; the model's own count may be {bounds['low']} to {bounds['high']} times that"
    return _line(model, "training_tokens", region, quantity, "tokens x epochs", note=note)


def _student(model: Model, region: str | None) -> Line:
    reason = "the student trains on the teacher's answers: their length is not known before the job"
    return _line(model, "training_tokens", region, None, "tokens x epochs", note=reason)


def _teaching(model: Model, method: str, region: str | None, tokens: Range | None) -> list[Line]:
    """The prompts that the teacher reads, at most the whole file, and the answers that it writes."""
    teachers = model.methods[method].teachers or ()
    if len(teachers) != 1:
        note = f"depends on the teacher: {' or '.join(teachers)}" if teachers else "no teacher is left"
        return [Line(f"teacher_{way}", "tokens", "1000 tokens", note=note) for way in ("input", "output")]
    teacher = load_model(teachers[0])
    read_note = f"{teacher.name} reads at most the whole file"
    written_note = f"answers of {teacher.name}: their length is not known before the job"
    read = _line(teacher, "inference_input", region, tokens, "tokens", note=read_note)
    written = _line(teacher, "inference_output", region, None, "tokens", note=written_note)
    return [replace(read, item="teacher_input"), replace(written, item="teacher_output")]


def _storage(model: Model, region: str | None) -> Line:
    months = Range(*[Decimal(STORAGE_MONTHS)] * 3)
    note = "assumed to be kept for one month; billed until deleted"
    return _line(model, "storage", region, months, "month", note=note)


def _hosting(model: Model, region: str | None) -> tuple[Line, ...]:
    """One model unit for a day, where the model can be hosted so."""
    if not model.data.get("hosting", {}).get("provisioned_throughput"):
        return ()
    day = Range(*[Decimal(24)] * 3)
    note = "one model unit for one day without commitment; only while it runs"
    return (_line(model, "provisioned_throughput", region, day, "model unit x hours", note=note),)


def _line(
    model: Model, item: str, region: str | None, quantity: Range | None, unit: str, *, note: str
) -> Line:
    price, reason = _price(model, item, region)
    if price is None or price["usd"] is None:
        per = price["per"] if price else unit
        return Line(item, unit, per, quantity, note="; ".join(filter(None, (note, reason))))
    source, usd = model.data["sources"][price["source"]], exact(price["usd"])
    return Line(
        item,
        unit,
        price["per"],
        quantity,
        usd,
        None if quantity is None else quantity.times(product(usd, Decimal(1) / _divisor(price["per"]))),
        source=source["title"],
        as_of=source["as_of"],
        confidence=price.get("confidence", source["confidence"]),
        note="; ".join(filter(None, (note, price.get("note", "")))),
    )


def _price(model: Model, item: str, region: str | None) -> tuple[Mapping[str, Any] | None, str]:
    """The entry for the region, else one whose source names no region, else why there is none."""
    entries = [entry for entry in model.prices(item) if entry.get("commitment", "none") == "none"]
    known = [entry for entry in entries if entry["usd"] is not None]
    for wanted in (region, None):
        for entry in known:
            if entry["region"] == wanted:
                return entry, ""
    if known:
        where = ", ".join(sorted({str(entry["region"]) for entry in known}))
        return None, f"the price is known for {where} only"
    return (entries[0], str(entries[0]["reason"])) if entries else (None, "no source for the price was found")


def _divisor(per: str) -> int:
    """`1000 tokens x epoch` is a price for a thousand; dividing by a power of ten is exact."""
    first = per.partition(" ")[0]
    return int(first) if first.isdigit() else 1


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
