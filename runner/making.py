"""Makes the frozen `Recipe` of a composed mapping; a mapping that has not the right shape makes none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from runner.compose import Composed
from runner.model import Model
from runner.recipe import Budget, Part, Recipe, Split


def recipe_from(
    composed: Composed, model: Model, data_roots: Sequence[Path] = (), planned: int = 0
) -> Recipe | None:
    """The recipe, or None if the mapping is not of the right shape (the checks have said why).

    `planned`: see `runner.check.check`.
    """
    try:
        return _recipe(composed, model, data_roots, planned)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation, OverflowError):
        return None


def sources_only(composed: Composed, data_roots: Sequence[Path] = (), planned: int = 0) -> Recipe:
    """What can be said of the sources of a recipe that cannot be made: enough to look at their files."""
    config = composed.mapping
    sources = config.get("sources")
    parts = sources.items() if isinstance(sources, dict) else ()
    return Recipe(
        name=str(config.get("name")),
        description="",
        model=str(config.get("model")),
        method=str(config.get("method")),
        region=None,
        sources=tuple(_part(label, value) for label, value in parts if isinstance(value, dict)),
        steps=(),
        format=Part("format", "", {}),
        split=Split(0, None, 0),
        hyperparameters={},
        budget=Budget(None, None, False),
        executor=Part("executor", "", {}),
        **_frame(composed, data_roots, planned),
    )


def _recipe(composed: Composed, model: Model, data_roots: Sequence[Path], planned: int) -> Recipe:
    config = composed.mapping
    method = model.methods[config["method"]]
    budget, split, form = config["budget"], config["split"], dict(config["format"])
    kind = form.pop("kind", None) or method.format
    executor = dict(config["executor"])
    return Recipe(
        name=str(config["name"]),
        description=config["description"] or "",
        model=model.id,
        method=config["method"],
        region=config["region"],
        sources=tuple(_part(label, value) for label, value in config["sources"].items()),
        steps=tuple(_part(label, value) for label, value in config["steps"].items()),
        format=Part("format", kind, form),
        split=Split(split["validation"], split["train_records"], split["seed"]),
        hyperparameters=_hyperparameters(config["hyperparameters"], method.hyperparameters),
        budget=Budget(
            _usd(budget["max_usd"]), _usd(budget["max_usd_per_sweep"]), budget["accept_unknown_prices"]
        ),
        executor=Part("executor", executor.pop("kind"), executor),
        **_frame(composed, data_roots, planned),
    )


def _frame(composed: Composed, data_roots: Sequence[Path], planned: int) -> dict[str, Any]:
    """Where the recipe stands and what it may read."""
    typed = (
        path
        for path, origin in composed.origins.items()
        # The column counts the words of the command line.
        if origin.on_command_line and origin.place.column > planned and not isinstance(origin.value, dict)
    )
    return {
        "file": composed.file,
        "root": composed.root,
        "overrides": composed.overrides,
        "config": composed.mapping,
        "trusted_paths": frozenset(typed),
        "data_roots": tuple(
            dict.fromkeys([composed.root, *(Path(folder).absolute() for folder in data_roots)])
        ),
    }


def _part(label: str, value: Mapping[str, Any] | None) -> Part:
    options = dict(value or {})
    kind = options.pop("kind", None) or label
    return Part(label, kind, options)


def _usd(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _hyperparameters(
    values: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any]]
) -> dict[str, int | float | str]:
    """Values in the type that the model states: a number may be written in quotes."""
    return {
        name: as_stated(value, schemas.get(name, {})) for name, value in values.items() if value is not None
    }


def as_stated(value: Any, schema: Mapping[str, Any]) -> Any:
    """The value as the number that the schema asks for, if it spells one; else unchanged."""
    kind = schema.get("type")
    if kind not in ("integer", "number") or isinstance(value, bool):
        return value
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 400:
        return value
    if number == number.to_integral_value() and (kind == "integer" or isinstance(value, int)):
        return int(number)
    return float(number) if kind == "number" else value
