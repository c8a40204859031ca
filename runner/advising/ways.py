"""Weighs every way of customizing by the rules of schemas/advice.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.advising.answers import Answers, cited, knowledge
from runner.facts import advice

RETRIEVAL, AUTOPILOT = "retrieval", "autopilot"
OUTSIDE = frozenset({RETRIEVAL, AUTOPILOT})
"""Ways that no recipe of this tool goes."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a way fits or does not."""

    points: int
    text: str
    source: str
    never: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One way of customizing, weighed for the answers given."""

    id: str
    name: str
    what: str
    reasons: tuple[Reason, ...]
    note: str = ""
    """What to do where this tool or Bedrock cannot go this way."""
    note_source: str = ""

    @property
    def possible(self) -> bool:
        """Whether no rule rules it out."""
        return not any(reason.never for reason in self.reasons)

    @property
    def points(self) -> int:
        """The sum over its reasons."""
        return sum(reason.points for reason in self.reasons)

    @property
    def fits(self) -> bool:
        """Whether more speaks for it than against it."""
        return self.possible and self.points > 0


def weighed(answers: Answers) -> list[Way]:
    """Every way, the best first; those ruled out last."""
    ways = [_way(id, data, answers) for id, data in knowledge()["ways"].items()]
    return sorted(ways, key=lambda way: (not way.possible, -way.points))


def _way(id: str, data: Mapping[str, Any], answers: Answers) -> Way:
    rules = [rule for rule in knowledge()["rules"] if rule["way"] == id and _holds(rule, answers)]
    note = data.get("instead") or data.get("outside") or ""
    source = cited(data["instead_source"]) if "instead_source" in data else ""
    return Way(id, data["name"], data["what"], tuple(_reason(rule) for rule in rules), note, source)


def _holds(rule: Mapping[str, Any], answers: Answers) -> bool:
    """Whether every condition of the rule does. A number that was not given makes no condition true."""
    return all(_condition(name, wanted, rule["way"], answers) for name, wanted in rule["when"].items())


def _condition(name: str, wanted: Any, way: str, answers: Answers) -> bool:
    if name in ("tokens_below", "tokens_from"):
        least = _volume(way).get("minimum")
        if answers.tokens is None or least is None:
            return False
        few = bool(answers.tokens < least)
        return few if name == "tokens_below" else not few
    return answers.chosen[name] in wanted


def _reason(rule: Mapping[str, Any]) -> Reason:
    text = str(rule["text"])
    if any(name.startswith("tokens") for name in rule["when"]):
        text = text.format(**{key: value for key, value in _volume(rule["way"]).items() if key != "source"})
    return Reason(rule.get("points", 0), text, cited(rule["source"]), bool(rule.get("never")))


def _volume(way: str) -> Mapping[str, Any]:
    """The volume of text that the seeds recommend; limits of the service are another thing."""
    found: Mapping[str, Any] = advice(way).get("volume", {}).get("train_tokens", {})
    return found
