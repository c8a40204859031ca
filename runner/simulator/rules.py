"""The rules that the simulator enforces, each with how well it is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

Provenance = Literal["documented", "recorded", "assumed"]
PROVENANCES: tuple[Provenance, ...] = ("documented", "recorded", "assumed")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that the simulated AWS does or refuses."""

    text: str
    provenance: Provenance
    """documented: AWS's pages, samples or service model; recorded: seen in a reply of AWS; assumed: ours."""
    source: str
    topic: str


_RULES: dict[tuple[str, str], Rule] = {}


def rule(text: str, *, provenance: Provenance, source: str) -> Rule:
    """State a rule at the top of the module that enforces it; it joins the list of rules."""
    import sys

    topic = str(sys._getframe(1).f_globals["__name__"]).removeprefix("runner.simulator.")
    if provenance not in PROVENANCES or not source:
        raise ValueError(f"rule {text!r} needs a provenance of {PROVENANCES} and a source")
    stated = Rule(text, provenance, source, topic)
    _RULES[topic, text] = stated
    return stated


def rules() -> list[Rule]:
    """Every rule of every topic."""
    import runner.simulator.app  # noqa: F401 - the engine has rules too
    from runner.simulator.topics import load_all

    load_all()
    return sorted(_RULES.values(), key=lambda each: (each.topic, each.text))


def counts() -> dict[str, int]:
    """How many rules are documented, recorded and assumed."""
    found = Counter(each.provenance for each in rules())
    return {each: found[each] for each in PROVENANCES}
