"""Few records seen many times are learned by heart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from runner.facts import advice
from runner.finding import Finding
from runner.model import Model
from runner.planning.hyperparameters import effective
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset

_EPOCHS, _MULTIPLIER = "epochCount", "learningRateMultiplier"


def few_records_many_epochs(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """Compare records and epochs with the advice in schemas/methods.json.

    `P106`: the job is likely to over-fit: many epochs, or few records and more epochs than the default.
    """
    rule = advice(recipe.method).get("overfitting")
    schema = model.methods[recipe.method].hyperparameters.get(_EPOCHS, {})
    chosen = effective(recipe, model)
    if not rule or _EPOCHS not in chosen or not isinstance(epochs := chosen[_EPOCHS].value, int):
        return
    records, usual = int(dataset.manifest["totals"]["train"]), schema.get("default")
    few = records < rule["small_records"] and isinstance(usual, int) and epochs > usual
    if not few and epochs <= rule["many_epochs"]:
        return
    seen = f"{records:,} records are seen {epochs} times"
    why = f"fewer than {rule['small_records']}" if few else f"more than {rule['many_epochs']} epochs"
    message = f"{seen} ({why}): the model is likely to learn them by heart and to answer worse elsewhere"
    path = f"hyperparameters.{_EPOCHS}"
    fix = _ways(rule, model, recipe, chosen, usual)
    yield Finding("P106", message, "warning", path=path, fix=fix, source=rule["cited"])


def _ways(
    rule: Mapping[str, Any], model: Model, recipe: Recipe, chosen: Mapping[str, Any], usual: Any
) -> str:
    """Fewer epochs; and a smaller rate where the model has a multiplier."""
    enough = usual if isinstance(usual, int) else rule["many_epochs"]
    ways = [f"hyperparameters.{_EPOCHS}={min(enough, rule['many_epochs'])}"]
    schema = model.methods[recipe.method].hyperparameters.get(_MULTIPLIER)
    lower = rule["learning_rate_multiplier"]
    if schema and float(chosen[_MULTIPLIER].value if _MULTIPLIER in chosen else 1) > lower:
        ways.append(f"hyperparameters.{_MULTIPLIER}={max(lower, schema.get('minimum', lower))}")
    return "fewer epochs or more records: " + " ".join(ways)
