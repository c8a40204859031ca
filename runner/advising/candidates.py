"""The models that can go a way today, and what a job would cost there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runner.advising.answers import Answers
from runner.model import Model, models
from runner.planning.cost import Cost, Work, estimate
from runner.planning.money import dollars

TOKENIZER = "cl100k_base"
SCRIPT_OF_LANGUAGE = {"ja": "japanese", "en": "latin", "code": "code"}
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that takes such a job, with the cost for the volume given."""

    model: Model
    method: str
    region: str | None
    cost: Cost | None
    """None where no number of tokens was given."""
    notes: tuple[str, ...]
    over_budget: bool = False

    @property
    def local(self) -> bool:
        """Whether it is trained on this machine."""
        return self.model.platform == LOCAL

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        lifecycle = self.model.lifecycle
        return {
            "model": self.model.id,
            "name": self.model.name,
            "platform": self.model.platform,
            "region": self.region,
            "lifecycle": lifecycle["status"],
            "last_seen": lifecycle["last_seen"],
            "jobs_allowed": self.model.jobs_allowed,
            "cost": None if self.cost is None else self.cost.as_dict(),
            "over_budget": self.over_budget,
            "notes": list(self.notes),
            "source": self.model.source(lifecycle["source"]),
        }


def candidates(method: str, answers: Answers) -> list[Candidate]:
    """Models that take jobs of this method today: on Bedrock first, certain ones before doubtful, by price.

    For own machines only local models are of use: what Bedrock trains stays there.
    """
    found = [_candidate(model, method, answers) for model in models() if _takes(model, method, answers)]
    return sorted(found, key=_order)


def _takes(model: Model, method: str, answers: Answers) -> bool:
    offered = model.methods.get(method)
    if offered is None or model.jobs_allowed is False or offered.teachers == ():
        return False
    if model.platform == LOCAL:
        return "random" not in model.id  # made to show the path, it learns nothing
    return answers.chosen["serving"] != "edge" and offered.format != "image_caption"


def _candidate(model: Model, method: str, answers: Answers) -> Candidate:
    offered = model.methods[method]
    region = offered.regions[0] if offered.regions else None
    cost = None
    if answers.tokens is not None:
        script = SCRIPT_OF_LANGUAGE.get(answers.language, "other")
        work = Work(answers.tokens, TOKENIZER, _epochs(model, method), {script: answers.tokens})
        cost = estimate(model, method, region, work)
    high = cost.sum("high") if cost else None
    over = answers.budget_usd is not None and high is not None and high > answers.budget_usd
    return Candidate(model, method, region, cost, tuple(_notes(model, method, answers, high)), over)


def _epochs(model: Model, method: str) -> int | None:
    schema = model.methods[method].hyperparameters.get("epochCount", {})
    default = schema.get("default", schema.get("minimum"))
    return int(default) if isinstance(default, int) else None


def _notes(model: Model, method: str, answers: Answers, high: Decimal | None) -> list[str]:
    notes = []
    if model.jobs_allowed is None:
        notes.append("sources disagree whether it still takes jobs: `runner plan` asks AWS")
    if offered := model.methods[method].data.get("api"):
        notes.append(f"through another API: {offered['operation']}")
    limit = model.methods[method].limit("train_records")
    least, most = limit.get("minimum"), limit.get("maximum")
    if answers.records is not None:
        if least and answers.records < least:
            notes.append(f"needs {least:,} records at least")
        if most and answers.records > most:
            notes.append(f"takes {most:,} records at most")
    if answers.budget_usd is not None and high is not None and high > answers.budget_usd:
        notes.append(f"may cost {dollars(high)} USD, over the budget of {dollars(answers.budget_usd)}")
    teachers = model.methods[method].teachers
    if teachers:
        notes.append(f"teacher: {' or '.join(teachers)}")
    return notes


def _order(candidate: Candidate) -> tuple[Any, ...]:
    """Usable before doubtful, Bedrock before this machine, known prices before unknown, cheap before dear."""
    total = candidate.cost.sum("likely") if candidate.cost else None
    training = [price for price in candidate.model.prices("training_tokens") if price["usd"] is not None]
    price = min((Decimal(price["usd"]) for price in training), default=None)
    wrong = any(note.startswith(("needs", "takes", "through")) for note in candidate.notes)
    return (
        wrong,
        candidate.over_budget,
        candidate.local,
        candidate.model.jobs_allowed is None,
        price is None,
        total or price or Decimal(0),
        candidate.model.id,
    )
