"""The whole advice: the ways in order, the models of each, and the one to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runner.advising.answers import Answers
from runner.advising.candidates import Candidate, candidates
from runner.advising.ways import OUTSIDE, RETRIEVAL, Way, weighed
from runner.errors import RunnerError
from runner.facts import advice as method_advice


@dataclass(frozen=True, slots=True)
class Option:
    """A way with the models that can go it today."""

    way: Way
    candidates: tuple[Candidate, ...]

    @property
    def on_bedrock(self) -> bool:
        """Whether a model on Bedrock can do it."""
        return any(not candidate.local for candidate in self.candidates)

    @property
    def has_recipe(self) -> bool:
        """Whether this tool can go the way."""
        return self.way.possible and bool(self.candidates)

    @property
    def fits(self) -> bool:
        """Whether more speaks for the way than against it, and somebody can go it today."""
        return self.way.fits and (self.has_recipe or self.way.id in OUTSIDE)


@dataclass(frozen=True, slots=True)
class Advice:
    """Every option, the best first."""

    answers: Answers
    options: tuple[Option, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "answers": self.answers.as_dict(),
            "ways": [_as_dict(option) for option in self.options],
            "volume": volume(self.answers),
        }


def advise(answers: Answers) -> Advice:
    """What fits the answers."""
    options = [
        Option(way, () if way.id in OUTSIDE else tuple(candidates(way.id, answers)))
        for way in weighed(answers)
    ]
    return Advice(answers, tuple(sorted(options, key=lambda option: not option.fits)))


def to_write(advice: Advice, way: str | None) -> Option:
    """The option a recipe is written for. Errors: `RunnerError` when there is none."""
    if way is not None:
        option = next(option for option in advice.options if option.way.id == way)
        if option.has_recipe:
            return option
        why = next((reason.text for reason in option.way.reasons if reason.never), option.way.note)
        raise RunnerError(f"no recipe goes this way ({option.way.name}): {why or 'no model can do it today'}")
    for option in advice.options:
        if option.has_recipe and option.fits:
            return option
    best = advice.options[0]
    why = f"the best way is {best.way.name}" if best.fits else "no way fits them"
    raise RunnerError(
        f"no recipe is needed or possible for these answers: {why}",
        fix="name a way that is trained: --way " + "|".join(o.way.id for o in advice.options if o.has_recipe),
    )


def together(advice: Advice) -> str:
    """A sentence on the ways that go well with each other; empty if one is enough."""
    fitting = [option.way for option in advice.options if option.fits]
    trained = [way for way in fitting if way.id not in OUTSIDE]
    if advice.answers.chosen["goal"] == "both" and trained and any(way.id == RETRIEVAL for way in fitting):
        return f"For both goals use both: retrieval for the facts, {trained[0].name.lower()} for the manner."
    return ""


def volume(answers: Answers) -> str:
    """What is advised on the amount of labelled data; empty if there is nothing to say."""
    found = method_advice("fine_tuning").get("volume", {}).get("train_records", {})
    if answers.records is None or answers.chosen["labels"] != "pairs" or not found:
        return ""
    least, most, start = found["minimum"], found["maximum"], found["start"]
    if answers.records < least:
        return (
            f"{answers.records:,} records are few: {least:,} to {most:,} are advised, {start:,} to begin with"
        )
    if answers.records > most:
        return f"{answers.records:,} records are many: begin with {start:,}, {most:,} are the most advised"
    return f"{answers.records:,} records lie in the advised {least:,} to {most:,}; begin with {start:,}"


def _as_dict(option: Option) -> dict[str, Any]:
    way = option.way
    return {
        "way": way.id,
        "name": way.name,
        "what": way.what,
        "possible": way.possible,
        "fits": option.fits,
        "points": way.points,
        "reasons": [
            {"points": reason.points, "never": reason.never, "text": reason.text, "source": reason.source}
            for reason in way.reasons
        ],
        "on_bedrock_today": option.on_bedrock,
        "note": way.note,
        "note_source": way.note_source,
        "models": [candidate.as_dict() for candidate in option.candidates],
    }
