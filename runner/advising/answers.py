"""What is asked, and what was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from runner.errors import RunnerError
from runner.resources import shipped


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its choices; without a default it has to be answered."""

    name: str
    ask: str
    choices: Mapping[str, str]
    default: str | None

    @property
    def flag(self) -> str:
        """The option that answers it."""
        return f"--{self.name}"


@dataclass(frozen=True, slots=True)
class Answers:
    """A goal and its constraints. `chosen` has one choice for every question."""

    chosen: Mapping[str, str]
    records: int | None = None
    tokens: int | None = None
    budget_usd: Decimal | None = None
    language: str = "ja"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        budget = None if self.budget_usd is None else str(self.budget_usd)
        numbers = {"records": self.records, "tokens": self.tokens, "budget_usd": budget}
        return {**self.chosen, **numbers, "language": self.language}


def questions() -> tuple[Question, ...]:
    """Every question, in the order in which they are asked."""
    return tuple(
        Question(name, data["ask"], data["choices"], data.get("default"))
        for name, data in knowledge()["questions"].items()
    )


def require_answers(given: Mapping[str, str | None]) -> dict[str, str]:
    """One choice for every question. Errors: `RunnerError` that names the flags of those left open."""
    chosen = {question.name: given.get(question.name) or question.default for question in questions()}
    missing = [question for question in questions() if chosen[question.name] is None]
    if missing:
        flags = " ".join(f"{question.flag} {'|'.join(question.choices)}" for question in missing)
        asked = " and ".join(question.flag for question in missing)
        raise RunnerError(f"nothing can be advised without {asked}", fix=f"add {flags}")
    return {name: str(choice) for name, choice in chosen.items()}


@cache
def knowledge() -> dict[str, Any]:
    """The content of schemas/advice.json."""
    data: dict[str, Any] = json.loads((shipped("schemas") / "advice.json").read_bytes())
    return data


def cited(key: str) -> str:
    """A source in one line: title, address, date and confidence."""
    source = knowledge()["sources"][key]
    dated = f"as of {source['as_of']}, confidence {source['confidence']}"
    return f"{source['title']} ({source['ref']}, {dated})"
