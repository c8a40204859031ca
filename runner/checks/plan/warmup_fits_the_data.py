"""Advice on the number of warm-up steps where the model's guide gives a rule of thumb."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runner.finding import Finding
from runner.model import Model
from runner.planning.hyperparameters import effective
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset

_NAME = "learningRateWarmupSteps"


def warmup_fits_the_data(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """Compare the warm-up with the guide's rule: records divided by a number of the model.

    `P104`: the warm-up differs from the guide's rule of thumb for this many records.
    """
    schema = model.methods[recipe.method].hyperparameters.get(_NAME, {})
    guidance = schema.get("guidance")
    if not guidance:
        return
    records = int(dataset.manifest["totals"]["train"])
    suggested = max(schema["minimum"], min(schema["maximum"], round(records / guidance["records_per_step"])))
    chosen = effective(recipe, model)[_NAME]
    if chosen.value != suggested:
        rule = f"the guide's rule of thumb for {records:,} records is {suggested}"
        message = f"{_NAME} is {chosen.value} ({chosen.origin}); {rule}"
        source = model.source(guidance["source"])
        fix = f"hyperparameters.{_NAME}={suggested}"
        yield Finding("P104", message, "advice", path=f"hyperparameters.{_NAME}", fix=fix, source=source)
