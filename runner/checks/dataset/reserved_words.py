"""Does the training text hold words that the model keeps for itself?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from runner import plugins
from runner.examining.lines import batches
from runner.examining.rules import Checker, Rules
from runner.examining.words import ReservedWords, finder
from runner.finding import Finding
from runner.model import Model
from runner.reading.compression import blocks
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset

_FILES = ("train.jsonl", "validation.jsonl")
_SHOWN = 5


def reserved_words(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """Look for words that the model's content rules forbid; the service fails a whole job on one of them.

    `D121`: lines of a training file hold a reserved word in a field in which it is forbidden.
    """
    method, kind = model.methods.get(recipe.method), recipe.format.kind
    if method is None or kind not in plugins.names("checks.records"):
        return
    rules = Rules(model, method, kind)
    found, places = _hits(dataset.folder, rules)
    if not places:
        return
    words = ", ".join(f"{word!r} ({number})" for word, number in found.most_common())
    shown = ", ".join(places[:_SHOWN]) + (f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else "")
    yield Finding(
        "D121",
        f"{model.name} refuses reserved words in training data; {len(places)} records hold {words}: {shown}",
        path="sources",
        fix="drop them with the step filter_pattern, or reword them with the step replace",
        source=rules.cite(rules.content("reserved_words")),
    )


def _hits(folder: Path, rules: Rules) -> tuple[Counter[str], list[str]]:
    """How many records hold each word where it is refused, and which lines these are."""
    from orjson import loads

    words = ReservedWords(rules)
    checker: Checker = plugins.load("checks.records", rules.format)(rules)
    found: Counter[str] = Counter()
    places: list[str] = []
    for place, line in _suspects(folder, words) if words.any else ():
        refused = {
            word for _, word, severity in words.found(checker.texts(loads(line))) if severity == "error"
        }
        found.update(refused)
        places += [place] if refused else []
    return found, places


def _suspects(folder: Path, words: ReservedWords) -> Iterator[tuple[str, bytes]]:
    """Place and content of the lines with a word anywhere: few, and only they are parsed."""
    may_hold = finder(words.signs)
    for name in _FILES:
        if not (folder / name).exists():
            continue
        with (folder / name).open("rb") as handle:
            for batch in batches(blocks(handle, None, name)):
                for number, line in (
                    enumerate(batch.lines, start=batch.first) if may_hold(batch.whole) else ()
                ):
                    if may_hold(line):
                        yield f"{name}:{number}", line
