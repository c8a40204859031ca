"""Asks the model's own tokenizer about a sample of the records, and narrows the model's token bounds by it.

The tokenizer is a file of the user's (`runner/text/own_tokenizer.py`) or Bedrock's CountTokens, which is
free. Facts of a model are the same everywhere, a sample is not: what comes of it is for looking at a plan,
and no saved plan rests on it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import stdev
from typing import TYPE_CHECKING, Any

from runner import plugins
from runner.aws.refusals import error_code
from runner.errors import RunnerError
from runner.model import Model
from runner.sample import Sample
from runner.text.counting import counter_for
from runner.text.line_texts import chosen_lines
from runner.text.token_bounds import Factors, record_factors
from runner.text.tokens import tokenizer_of

if TYPE_CHECKING:
    from runner.dataset import Dataset

ASKED = 20
"""Records that CountTokens is asked about: one request each."""
COUNTED = 2000
"""Records that a tokenizer on this machine counts."""
_FEWEST = 3
"""Records of a script below which its bounds stay as they are."""
_ERRORS = 2
"""Standard errors on both sides of the ratio of a sum."""
_NOT_SUPPORTED = "doesn't support counting tokens"

BEDROCK = "bedrock"

Count = Callable[[Sample], int]
Client = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One record of the sample."""

    sample: Sample
    tokens: int
    """As the dataset counts them."""
    script: str


@dataclass(frozen=True, slots=True)
class OwnCounts:
    """The model with narrower bounds, and in words what was counted."""

    model: Model
    said: str


def with_own_counts(model: Model, dataset: Dataset, client: Client) -> OwnCounts:
    """Count a sample of a built training file. Errors: `RunnerError` when nothing can count for the model."""
    kind = str(dataset.manifest["format"])
    return counted_by_own(model, lambda most: list(sample_of(dataset, kind, most)), client)


def counted_by_own(model: Model, choose: Callable[[int], list[Chosen]], client: Client) -> OwnCounts:
    """Count a sample by the user's own tokenizer, else by CountTokens.

    `choose` takes the most records wanted, `client` makes a client of bedrock-runtime.
    Errors: `RunnerError` when neither can count for the model.
    """
    counter = counter_for(model)
    if counter.exact and counter.own is None:
        return OwnCounts(model, f"tokens: {model.name} is counted exactly, by {counter.name}")
    if counter.own:
        chosen = choose(COUNTED)
        counted = counter.count([text_of(one.sample) for one in chosen])
        who = f"the {counter.name} tokenizer in {counter.own.file.parent}"
    else:
        if model.platform != BEDROCK:
            raise RunnerError(f"CountTokens counts for models on Bedrock, and {model.name} is none")
        chosen = choose(ASKED)
        ask = count_tokens(client(), model)
        counted = [ask(one.sample) for one in chosen]
        who = "CountTokens of Amazon Bedrock"
    ratio = sum(counted) / max(1, sum(one.tokens for one in chosen))
    said = f"tokens: {who} counted {len(chosen):,} records: {ratio:.2f} times {tokenizer_of(model)}'s count"
    return OwnCounts(narrowed(model, chosen, counted), said)


def count_tokens(client: Any, model: Model) -> Count:
    """One request of CountTokens for each sample. Errors: `RunnerError`, and it says why."""
    id = model.data["identifiers"]["inference"] or model.id

    def counted(sample: Sample) -> int:
        from runner.aws.refusals import explained

        with explained(f"counting tokens for {id}"):
            try:
                reply = client.count_tokens(modelId=id, input={"converse": _conversation(sample)})
            except Exception as error:
                if error_code(error) == "ValidationException" and _NOT_SUPPORTED in str(error):
                    raise _unsupported(model) from None
                raise
        return int(reply["inputTokens"])

    return counted


def narrowed(model: Model, chosen: Sequence[Chosen], counted: Sequence[int]) -> Model:
    """The model with the bounds that the counts show, for each script with enough records."""
    pairs: dict[str, list[tuple[int, int]]] = {}
    for one, own in zip(chosen, counted, strict=True):
        if one.tokens:
            pairs.setdefault(one.script, []).append((one.tokens, own))
    tokens = model.data["tokens"]
    estimate = tokens["estimate"]
    found = {
        script: _factors(rows, record_factors(model, script))
        for script, rows in pairs.items()
        if len(rows) >= _FEWEST
    }
    scripts = {**estimate.get("scripts", {}), **found}
    data = {**model.data, "tokens": {**tokens, "estimate": {**estimate, "scripts": scripts}}}
    return replace(model, data=data)


def sample_of(dataset: Dataset, kind: str, most: int) -> Iterator[Chosen]:
    """The longest record and others evenly through the order of lengths: the same ones every time."""
    read: Callable[[Any], Sample] = plugins.module_constant("formats", kind, "sample", None)
    columns = json.loads((dataset.folder / "index.json").read_bytes())["train"]
    numbers = evenly(columns["tokens"], most)
    for number, row in chosen_lines(Path(dataset.folder) / "train.jsonl", frozenset(numbers)):
        yield Chosen(read(row), columns["tokens"][number], columns["scripts"][number])


def evenly(lengths: Sequence[int], most: int) -> list[int]:
    """Positions of at most so many values: the largest, and evenly down to the smallest."""
    ranked = sorted(range(len(lengths)), key=lambda n: (-lengths[n], n))
    if len(ranked) <= most:
        return ranked
    return [ranked[round(place * (len(ranked) - 1) / (most - 1))] for place in range(most)]


def text_of(sample: Sample) -> str:
    """Every text of a sample, without roles."""
    return "\n".join(filter(None, (sample.system, *(text for _, text in sample.turns))))


def _conversation(sample: Sample) -> dict[str, Any]:
    """The record as Converse takes it; plain text is a user's turn."""
    turns = [
        {"role": "user" if role == "text" else role, "content": [{"text": text}]}
        for role, text in sample.turns
    ]
    return {"messages": turns, **({"system": [{"text": sample.system}]} if sample.system else {})}


def _factors(pairs: Sequence[tuple[int, int]], before: Factors) -> dict[str, dict[str, float]]:
    """The spread of single records, and the ratio of the sums with its standard error.

    Records that were not asked about lie outside the sample's extremes, too: they are widened by its spread,
    up to where the bounds were `before`.
    """
    ratios = [own / base for base, own in pairs]
    spread = _ERRORS * stdev(ratios)
    lowest = min(min(ratios), max(before.low, min(ratios) - spread))
    highest = max(max(ratios), min(before.high, max(ratios) + spread))
    base = sum(base for base, _ in pairs)
    likely = sum(own for _, own in pairs) / base
    residual = sum((own - likely * one) ** 2 for one, own in pairs) / max(1, len(pairs) - 1)
    error = _ERRORS * math.sqrt(residual * len(pairs)) / base
    return {
        "record": {"low": round(lowest, 4), "high": round(highest, 4)},
        "total": {
            "low": round(max(likely - error, min(ratios)), 4),
            "likely": round(likely, 4),
            "high": round(min(likely + error, max(ratios)), 4),
        },
    }


def _unsupported(model: Model) -> RunnerError:
    facts = model.data["tokens"].get("count_tokens") or {}
    known = f"; known before: {model.source(facts['source'])}" if facts.get("supported") is False else ""
    published = model.data["tokens"].get("published")
    fix = "plan without --count-tokens: the bounds of the capability schema hold"
    if published:
        fix = f"put the model's tokenizer into <cache home>/tokenizers/{published['name']}/, or {fix}"
    return RunnerError(f"CountTokens does not take {model.name}{known}", fix=fix)
