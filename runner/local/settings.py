"""What a local training will use: the base's defaults, recipe values that carry over, the executor's own."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any

from runner import __version__
from runner.finding import Finding
from runner.local.installed import PACKAGES
from runner.local.models import Base
from runner.model import Model
from runner.recipe import Recipe


def effective_hyperparameters(
    recipe: Recipe, base: Base, stated: Mapping[str, Any], *, full: bool
) -> dict[str, int | float | None]:
    """The values the trainer uses. `learningRate` is the peak, the multiplier already applied."""
    schemas = base.capability.methods[recipe.method].hyperparameters
    values: dict[str, Any] = {
        name: schema.get("default_full", schema["default"]) if full else schema["default"]
        for name, schema in schemas.items()
    }
    values |= carried_over(recipe, base)
    values |= {name: value for name, value in stated.items() if name in schemas}
    if values["earlyStoppingPatience"] is not None or values["earlyStoppingThreshold"] is not None:
        # One of the two switches it on; the other then has its mildest value.
        values["earlyStoppingPatience"] = values["earlyStoppingPatience"] or 1
        values["earlyStoppingThreshold"] = values["earlyStoppingThreshold"] or 0.0
    if _numbers(values["learningRate"], values["learningRateMultiplier"]):
        values["learningRate"] = values["learningRate"] * values["learningRateMultiplier"]
    return values


def carried_over(recipe: Recipe, base: Base) -> dict[str, Any]:
    """The recipe's values that keep their meaning on this base. A learning rate does not."""
    schemas = base.capability.methods[recipe.method].hyperparameters
    own = recipe.model == base.name
    return {
        name: value
        for name, value in recipe.hyperparameters.items()
        if name in schemas and (own or schemas[name]["transfers"])
    }


def hyperparameter_findings(recipe: Recipe, base: Base, stated: Mapping[str, Any]) -> Iterator[Finding]:
    """Values that the local capability file does not allow, under the path where they were written."""
    schemas = base.capability.methods[recipe.method].hyperparameters
    for name, value in carried_over(recipe, base).items():
        if name not in stated:
            yield from _range(f"hyperparameters.{name}", name, value, base.capability, schemas[name])
    for name, value in stated.items():
        path = f"executor.hyperparameters.{name}"
        if name in schemas:
            yield from _range(path, name, value, base.capability, schemas[name])
        else:
            close = difflib.get_close_matches(name, schemas, n=1)
            hint = f"did you mean {close[0]}?" if close else f"one of: {', '.join(schemas)}"
            yield Finding("R102", f"{path}: {base.name} has no such hyperparameter", path=path, fix=hint)


def _range(path: str, name: str, value: Any, model: Model, schema: Mapping[str, Any]) -> Iterator[Finding]:
    low, high = schema["minimum"], schema["maximum"]
    whole = schema["type"] == "integer"
    if value is None and schema["default"] is None:
        return
    if _numbers(value) and low <= value <= high and not (whole and value != int(value)):
        return
    kind = "whole numbers" if whole else "numbers"
    yield Finding(
        "R102",
        f"{path} is {value!r}, but {model.id} (the local base) takes {kind} from {low:g} to {high:g}",
        path=path,
        fix=f"for the local run alone, set executor.hyperparameters.{name}",
        source=model.source(schema["source"]),
    )


def _numbers(*values: Any) -> bool:
    return all(isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v) for v in values)


def versions() -> dict[str, str | None]:
    """Versions of what decides bits; None for a package that is not installed."""
    return {"runner": __version__, **{name: _version(name) for name in PACKAGES[:5]}}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
