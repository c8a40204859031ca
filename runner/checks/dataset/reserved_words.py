"""Does the training text hold words that the model keeps for itself?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.finding import Finding
from runner.model import Model
from runner.plugins import module_constant
from runner.recipe import Recipe
from runner.sample import Sample

if TYPE_CHECKING:
    from runner.dataset import Dataset

_FILES = ("train.jsonl", "validation.jsonl")
_ROLES = {"system": "system", "prompt": "user", "completion": "assistant", "text": "text"}
_SHOWN = 5


def reserved_words(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """Look for words that the model's content rules forbid; the service fails a whole job on one of them.

    `D121`: lines of a training file hold a reserved word in a field in which it is forbidden.
    """
    method = model.methods.get(recipe.method)
    rule = ((method.data.get("content_rules") or {}) if method else {}).get("reserved_words")
    if not rule:
        return
    found, places = _hits(dataset.folder, recipe.format.kind, rule)
    if not places:
        return
    words = ", ".join(f"{word!r} ({number})" for word, number in found.most_common())
    shown = ", ".join(places[:_SHOWN]) + (f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else "")
    yield Finding(
        "D121",
        f"{model.name} refuses reserved words in training data; {len(places)} records hold {words}: {shown}",
        path="sources",
        fix="drop them with the step filter_pattern, or reword them with the step replace",
        source=model.source(rule["source"]),
    )


def _hits(folder: Path, kind: str, rule: Mapping[str, Any]) -> tuple[Counter[str], list[str]]:
    """How many records hold each word, and which lines these are."""
    fold = _same if rule.get("case_sensitive", True) else str.lower
    words = {fold(word): word for word in rule["value"]}
    roles = {_ROLES[name] for name in rule.get("fields") or _ROLES}
    sample: Callable[[Mapping[str, Any]], Sample] = module_constant("formats", kind, "sample", None)
    found: Counter[str] = Counter()
    places: list[str] = []
    for name, number, line in _suspects(folder, words):
        text = fold("\0".join(_texts(sample(json.loads(line)), roles)))
        if hits := [word for folded, word in words.items() if folded in text]:
            found.update(hits)
            places.append(f"{name}:{number}")
    return found, places


def _suspects(folder: Path, words: Iterable[str]) -> Iterator[tuple[str, int, bytes]]:
    """File, number and content of the lines with a word anywhere: few, and only they are parsed."""
    needles = [json.dumps(word, ensure_ascii=False)[1:-1].lower().encode() for word in words]
    for name in _FILES:
        if not (folder / name).exists():
            continue
        with (folder / name).open("rb") as handle:
            for number, line in enumerate(handle, start=1):
                lowered = line.lower()
                if any(needle in lowered for needle in needles):
                    yield name, number, line


def _same(text: str) -> str:
    return text


def _texts(sample: Sample, roles: set[str]) -> Sequence[str]:
    system = (sample.system,) if "system" in roles else ()
    return (*system, *(text for role, text in sample.turns if role in roles))
