"""How much data the method is advised to have: advice, apart from the model's limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from runner.facts import advice
from runner.finding import Finding
from runner.model import Model
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset


def volume_is_advised(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """Compare the training data with schemas/methods.json; the model's own limits are other checks.

    `P107`: less or more data than is advised for the method.
    """
    volume = advice(recipe.method).get("volume", {})
    if model.methods[recipe.method].format not in volume.get("formats", ()):
        return
    manifest = dataset.manifest
    if "train_records" in volume:
        limit = model.methods[recipe.method].limit("train_records")
        yield from _compared(volume["train_records"], int(manifest["totals"]["train"]), "records", limit)
    if "train_tokens" in volume:
        yield from _compared(volume["train_tokens"], int(manifest["tokens"]["train"]["total"]), "tokens", {})


def _compared(
    advised: Mapping[str, Any], found: int, what: str, limit: Mapping[str, Any]
) -> Iterator[Finding]:
    least, most, better = advised["minimum"], advised["maximum"], advised.get("better")
    if found < least:
        wish = f"at least {least:,}"
        wish += f", better {better:,} to {most:,}" if better else f" (and {advised['start']:,} to start with)"
        fix = f"add {what}; too few teach the form of the answers at best"
    elif better and found < better:
        wish, fix = f"{better:,} to {most:,}", f"add {what} if there are more"
    elif found > most and (limit.get("maximum") or 0) >= found:
        wish, fix = f"{most:,} at most", "try a part of it first: split.train_records"
    else:
        return
    message = f"{found:,} {what} to train on; advised are {wish}"
    yield Finding("P107", message, "advice", path="sources", fix=fix, source=advised["cited"])
