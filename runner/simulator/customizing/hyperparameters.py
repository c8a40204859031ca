"""The hyperparameters of a job, checked by the ranges in `fixtures/base_models.json`."""

from __future__ import annotations

from typing import Any

from runner.simulator.refused import Refused
from runner.simulator.rules import rule

RANGES = rule(
    "Hyperparameters have the model's names and ranges; values are strings that hold a number",
    provenance="documented",
    source="user guide, custom-models-hp; that CreateModelCustomizationJob refuses at once is assumed",
)
NONE_HERE = rule(
    "Distillation and reinforcement jobs take nothing in hyperParameters",
    provenance="assumed",
    source="no student hyperparameter is documented; reinforcement has typed ones in rftConfig",
)


def check(method: str, facts: dict[str, Any], given: dict[str, str]) -> None:
    """Errors: `Refused` (ValidationException) naming every wrong one."""
    allowed = facts["hyperparameters"]
    if method in {"DISTILLATION", "REINFORCEMENT_FINE_TUNING"} and given:
        message = f"hyperParameters are not supported for {method}: {', '.join(sorted(given))}"
        raise Refused("ValidationException", message, rule=NONE_HERE)
    wrong = [f"unknown hyperparameter {name}" for name in given if name not in allowed]
    wrong += [
        f"hyperparameter {name} is required"
        for name in allowed
        if allowed[name].get("required") and name not in given
    ]
    wrong += [
        text
        for name, value in given.items()
        if name in allowed and (text := _wrong(name, value, allowed[name]))
    ]
    if wrong:
        raise Refused("ValidationException", "Invalid hyperparameters: " + "; ".join(wrong), rule=RANGES)


def _wrong(name: str, value: str, facts: dict[str, Any]) -> str:
    if value in facts.get("words", ()):
        return ""
    try:
        number = int(value) if facts["type"] == "integer" else float(value)
    except ValueError:
        return f"{name} must be {'an integer' if facts['type'] == 'integer' else 'a number'}, not {value!r}"
    if not facts["min"] <= number <= facts["max"]:
        return f"{name} must be between {facts['min']} and {facts['max']}, not {value}"
    return ""
