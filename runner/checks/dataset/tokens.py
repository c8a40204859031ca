"""Whether every record fits into what the model takes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from runner.finding import Finding
from runner.model import Model
from runner.recipe import Recipe
from runner.text.tokens import Bounds, estimate

if TYPE_CHECKING:
    from runner.dataset import Dataset

_SHOWN = 5
_STEP = "steps.limit_tokens"


def tokens(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """The tokens of each record against the limit of the model's method.

    The tokenizer of most models is not published: a count is then an estimate with two bounds.

    `D109`: records over the limit, even by the lower bound.
    `D110`: records that may be over the limit: the upper bound is.
    """
    limit = model.methods[recipe.method].limit("record_tokens")
    most = _maximum(limit, recipe)
    if most is None or estimate(model, _longest(dataset)).high <= most:
        return
    counts = list(_counts(dataset))
    surely = _over(counts, model, most, lambda bounds: bounds.low)
    perhaps = _over(counts, model, most, lambda bounds: bounds.high)[len(surely) :]
    who = f"{recipe.method} of {model.id} takes {most:,}"
    high = estimate(model, 1_000_000).high / 1_000_000
    fix = f"{_STEP}.max_tokens={math.floor(most / high)} keeps every record within the limit"
    source = model.source(limit["source"])
    if surely:
        message = f"{_say(surely)} more tokens than {who}"
        yield Finding("D109", message, path=_STEP, fix=fix, source=source)
    if perhaps:
        message = f"{_say(perhaps)} perhaps more tokens than {who}"
        yield Finding("D110", message, "warning", path=_STEP, fix=fix, source=source)


def _maximum(limit: Mapping[str, Any], recipe: Recipe) -> int | None:
    """The limit for the recipe's batch size, where the two depend on each other."""
    batch = recipe.hyperparameters.get("batchSize")
    if isinstance(batch, int):
        # Beyond the last row of the table nothing is stated: a larger batch cannot be allowed more.
        rows = [int(row["tokens"]) for row in limit.get("by_batch_size", ()) if row["minimum"] <= batch]
        if rows:
            return min(rows)
    most = limit.get("maximum")
    return None if most is None else int(most)


def _longest(dataset: Dataset) -> int:
    counts = dataset.manifest["tokens"]
    return max(int(counts[side]["max"]) for side in ("train", "validation") if counts[side])


def _counts(dataset: Dataset) -> Iterator[tuple[int, str]]:
    index = json.loads((dataset.folder / "index.json").read_bytes())
    for side in ("train", "validation"):
        yield from zip(index[side]["tokens"], index[side]["ids"], strict=True)


def _over(
    counts: list[tuple[int, str]], model: Model, most: int, bound: Callable[[Bounds], int]
) -> list[tuple[int, str]]:
    """Records over the limit, longest first."""
    return sorted((item for item in counts if bound(estimate(model, item[0])) > most), reverse=True)


def _say(records: list[tuple[int, str]]) -> str:
    shown = ", ".join(f"{name} ({count:,})" for count, name in records[:_SHOWN])
    more = ", …" if len(records) > _SHOWN else ""
    have = "record has" if len(records) == 1 else "records have"
    return f"{len(records):,} {have} ({shown}{more})"
