"""Whether every record fits into what the model takes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from runner.finding import Finding
from runner.model import Model
from runner.recipe import Recipe
from runner.text.counting import counter_for
from runner.text.line_texts import chosen_lines, text_of
from runner.text.token_bounds import Bounds, record_bounds, record_factors
from runner.text.tokens import estimate

if TYPE_CHECKING:
    from runner.dataset import Dataset

_SHOWN = 5
_STEP = "steps.limit_tokens"


def tokens(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """The tokens of each record against the limit of the model's method.

    The tokenizer of most models is not published: a count is then an estimate with two bounds, those of the
    record's script. Records in doubt are counted by the model's own tokenizer where the user has it.

    `D109`: records over the limit, even by the lower bound.
    `D110`: records that may be over the limit: the upper bound is.
    """
    limit = model.methods[recipe.method].limit("record_tokens")
    most = _maximum(limit, recipe)
    if most is None or estimate(model, _longest(dataset)).high <= most:
        return
    doubtful = [row for row in _rows(dataset) if record_bounds(model, row.tokens, row.script).high > most]
    if not doubtful:
        return
    judged = _judged(doubtful, model, dataset)
    surely = sorted((row for row, bounds in judged if bounds.low > most), key=_longest_first)
    perhaps = sorted((row for row, bounds in judged if bounds.low <= most < bounds.high), key=_longest_first)
    who = f"{recipe.method} of {model.id} takes {most:,}"
    high = max(record_factors(model, row.script).high for row in doubtful)
    fix = f"{_STEP}.max_tokens={math.floor(most / high)} keeps every record within the limit"
    source = model.source(limit["source"])
    if surely:
        message = f"{_say(surely)} more tokens than {who}"
        yield Finding("D109", message, path=_STEP, fix=fix, source=source)
    if perhaps:
        message = f"{_say(perhaps)} perhaps more tokens than {who}"
        yield Finding("D110", message, "warning", path=_STEP, fix=fix, source=source)


@dataclass(frozen=True, slots=True)
class _Row:
    """One record of a training file."""

    name: str
    side: str
    number: int
    """Its line, from 0."""
    tokens: int
    script: str | None


def _judged(doubtful: list[_Row], model: Model, dataset: Dataset) -> list[tuple[_Row, Bounds]]:
    """The rows with bounds: those of their script, or the model's own count twice."""
    counter = counter_for(model)
    if not counter.exact or counter.own is None:
        return [(row, record_bounds(model, row.tokens, row.script)) for row in doubtful]
    exact: list[tuple[_Row, Bounds]] = []
    for side in ("train", "validation"):
        rows = {row.number: row for row in doubtful if row.side == side}
        for number, line in chosen_lines(dataset.folder / f"{side}.jsonl", frozenset(rows)):
            (own,) = counter.count([text_of(line)])
            exact.append((rows[number], Bounds(own, own, own)))
    return exact


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


def _rows(dataset: Dataset) -> Iterator[_Row]:
    index = json.loads((dataset.folder / "index.json").read_bytes())
    for side in ("train", "validation"):
        columns = index[side]
        scripts = columns.get("scripts") or repeat(None)
        named = zip(columns["ids"], columns["tokens"], scripts, strict=False)
        for number, (name, tokens, script) in enumerate(named):
            yield _Row(name, side, number, tokens, script)


def _longest_first(row: _Row) -> tuple[int, str]:
    return -row.tokens, row.name


def _say(rows: list[_Row]) -> str:
    shown = ", ".join(f"{row.name} ({row.tokens:,})" for row in rows[:_SHOWN])
    more = ", …" if len(rows) > _SHOWN else ""
    have = "record has" if len(rows) == 1 else "records have"
    return f"{len(rows):,} {have} ({shown}{more})"
