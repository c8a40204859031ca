"""Whether the split could be made as the recipe asks, and as the model allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runner.finding import Finding
from runner.model import Model
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset


def split(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """The sides of the split against the recipe and the model.

    `D106`: `split.train_records` asks for more records than there are.
    `D107`: a validation set for a method that takes none, or none for one that needs it.
    `D108`: a row stands in both files.
    `D112`: the validation set has fewer records than `split.validation` asks for.
    """
    totals, wanted = dataset.manifest["totals"], recipe.split.train_records
    if wanted is not None and 0 < totals["train"] < wanted:
        yield Finding(
            "D106",
            f"{wanted:,} training records are asked for, {totals['train']:,} are there"
            f" ({totals['kept']:,} kept, {totals['validation']:,} of them for validation)",
            path="split.train_records",
            fix=f"split.train_records={totals['train']}, or null for all of them",
        )
    yield from _validation(recipe, model, totals["validation"])
    asked = recipe.split.validation
    if isinstance(asked, int) and totals["validation"] < asked:
        yield Finding(
            "D112",
            f"{asked:,} validation records are asked for, {totals['validation']:,} could be set aside",
            "warning",
            path="split.validation",
            fix="ask for fewer, or for a share such as split.validation=0.1",
        )
    if overlap := dataset.manifest["overlap"]:
        yield Finding(
            "D108",
            f"{overlap:,} rows of train.jsonl stand in validation.jsonl, too:"
            " the format writes different records alike",
            path="format",
            fix="map fewer fields, or drop duplicates by the fields that the format writes",
        )


def _validation(recipe: Recipe, model: Model, records: int) -> Iterator[Finding]:
    method = model.methods[recipe.method]
    rule = method.data["validation"]
    source = model.source(rule["source"]) if rule.get("source") else ""
    if records and method.validation_allowed is False:
        yield Finding(
            "D107",
            f"{recipe.method} of {model.id} takes no validation file",
            path="split.validation",
            fix="split.validation=0",
            source=source,
        )
    if not records and rule.get("required"):
        yield Finding(
            "D107",
            f"{recipe.method} of {model.id} needs a validation file",
            path="split.validation",
            fix="split.validation=0.1",
            source=source,
        )
