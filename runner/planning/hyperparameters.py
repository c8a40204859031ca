"""The hyperparameters a job really uses: what the recipe states, and the model's defaults for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runner.model import Model
from runner.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Setting:
    """One hyperparameter: its value, and who chose it."""

    value: int | float | str
    origin: Literal["recipe", "default"]


def effective(recipe: Recipe, model: Model) -> dict[str, Setting]:
    """Every hyperparameter of the recipe's model and method, in the order of the capability schema."""
    schemas = model.methods[recipe.method].hyperparameters
    settings = {}
    for name, schema in schemas.items():
        if name in recipe.hyperparameters:
            settings[name] = Setting(recipe.hyperparameters[name], "recipe")
        elif schema.get("default") is not None and _applies(schema, recipe):
            settings[name] = Setting(schema["default"], "default")
    return settings


def _applies(schema: Mapping[str, Any], recipe: Recipe) -> bool:
    """Some defaults hold only where no validation file is given."""
    return schema.get("applies") != "without_validation" or not recipe.split.validation
