"""Does the model know each hyperparameter, and is its value within the model's range?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.compose import Composed
from runner.finding import Finding
from runner.making import as_stated
from runner.model import Method, Model
from runner.schema import did_you_mean, problems, shown

_RULES = ("type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "multipleOf", "const")


def hyperparameters(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare `hyperparameters` with the model's schema; numbers may be written in quotes.

    `R102`: a hyperparameter is outside what the model allows.
    `R109`: the model has no hyperparameter of this name.
    """
    method = model.methods.get(str(composed.mapping.get("method"))) if model else None
    values = composed.mapping.get("hyperparameters")
    if model is None or method is None or not isinstance(values, dict):
        return
    for name, schema in method.hyperparameters.items():
        if schema.get("required") is True and values.get(name) is None:
            message = f"hyperparameters.{name} is missing: {model.id} requires it for {method.name}"
            yield composed.finding(
                f"hyperparameters.{name}", "R103", message, source=_source(model, schema), missing=True
            )
    for name, value in values.items():
        if name not in method.hyperparameters:
            yield _unknown(composed, model, method, name)
        elif value is not None:
            yield from _outside(composed, model, method, name, value)


def _unknown(composed: Composed, model: Model, method: Method, name: str) -> Finding:
    known = list(method.hyperparameters)
    message = f"{model.id} has no hyperparameter {name!r} for {method.name}{did_you_mean(name, known)}"
    fix = f"one of: {', '.join(known)}" if known else f"{method.name} takes no hyperparameters"
    return composed.finding(f"hyperparameters.{name}", "R109", message, fix=fix, at_key=True)


def _outside(composed: Composed, model: Model, method: Method, name: str, value: Any) -> Iterator[Finding]:
    schema = method.hyperparameters[name]
    if isinstance(value, str) and value in schema.get("special", ()):
        return
    rules = {rule: schema[rule] for rule in _RULES if schema.get(rule) is not None}
    stated = as_stated(value, schema)
    if not _finite(stated) or next(problems(rules, stated), None) is not None:
        path = f"hyperparameters.{name}"
        allowed = " or ".join([allowed_words(schema), *schema.get("special", ())])
        message = f"{path} is {shown(value)}, {model.id} allows {allowed} for {method.name}"
        fix = f"use {allowed}" + _default(schema)
        yield composed.finding(path, "R102", message, fix=fix, source=_source(model, schema))


def allowed_words(schema: Mapping[str, Any]) -> str:
    """The range of a hyperparameter: `1 to 5`, `only 1`, `sgd or adam`."""
    if "enum" in schema:
        return " or ".join(str(option) for option in schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    whole = "whole numbers " if schema.get("type") == "integer" and (low is None or high is None) else ""
    if low is not None and low == high:
        return f"only {low}"
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"{whole}from {low}"
    if high is not None:
        return f"{whole}up to {high}"
    return {"integer": "whole numbers", "number": "numbers"}.get(str(schema.get("type")), "text")


def _finite(value: Any) -> bool:
    return not isinstance(value, float) or (value == value and abs(value) != float("inf"))


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    return "" if default is None or isinstance(default, dict) else f"; the default is {default}"


def _source(model: Model, schema: Mapping[str, Any]) -> str:
    return model.source(schema["source"]) if schema.get("source") else ""
