"""The numbers of a dataset's manifest: totals that reconcile, and how its records are distributed."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runner.building.corpus import Index
from runner.building.split import Sides

_EDGES = sorted({round(2 ** (quarter / 4)) for quarter in range(4 * 17 + 1)})
"""Lower edges of the histogram's buckets, in tokens, four to each doubling; the last has no upper edge."""


def totals(steps: Sequence[Mapping[str, Any]], split: Sides) -> dict[str, int]:
    """What was read and became of it. Errors: `AssertionError`, a bug, when a record is unaccounted for."""
    read = steps[0]["in"]
    created = sum(step["created"] for step in steps)
    dropped = sum(sum(step["dropped"].values()) for step in steps)
    train, validation = len(split.train), len(split.validation)
    kept = train + validation + split.unused
    if read + created != kept + dropped:
        raise AssertionError(f"read {read} + created {created} is not kept {kept} + dropped {dropped}")
    return {
        "read": read,
        "created": created,
        "dropped": dropped,
        "kept": kept,
        "train": train,
        "validation": validation,
        "unused": split.unused,
    }


def drops(steps: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many records each step dropped for each reason: `<step label>:<reason>`."""
    return {
        f"{step['label']}:{reason}": number for step in steps for reason, number in step["dropped"].items()
    }


def statistics(index: Index, split: Sides, tokenizer: str) -> dict[str, Any]:
    """Tokens and characters of both files; lengths, categories and languages of the training file."""
    train_tokens = [index.tokens[n] for n in split.train]
    categories = Counter(index.categories[n] for n in split.train)
    languages = Counter(index.languages[n] for n in split.train)
    return {
        "tokens": {
            "tokenizer": tokenizer,
            **_both(index.tokens, split),
            "scripts": {
                "train": _by_script(index, split.train),
                "validation": _by_script(index, split.validation),
            },
        },
        "characters": _both(index.characters, split),
        "histogram": {"edges": _EDGES, "train": _histogram(train_tokens)},
        "categories": {name: n for name, n in sorted(categories.items(), key=_most_first) if name},
        "languages": {name: languages[name] for name in ("ja", "en", "other")},
    }


def _by_script(index: Index, side: Sequence[int]) -> dict[str, int]:
    """Tokens of each class of text: every class has bounds of its own."""
    found: Counter[str] = Counter()
    for n in side:
        found[index.scripts[n]] += index.tokens[n]
    return dict(sorted(found.items()))


def _both(values: Sequence[int], split: Sides) -> dict[str, Any]:
    return {
        "train": _distribution([values[n] for n in split.train]),
        "validation": _distribution([values[n] for n in split.validation]) if split.validation else None,
    }


def _distribution(values: list[int]) -> dict[str, int]:
    """Total and percentiles: the smallest value that so many per cent of the records do not exceed."""
    ordered = sorted(values) or [0]
    last = len(ordered) - 1

    def percentile(share: int) -> int:
        return ordered[min(last, max(0, -(-share * len(ordered) // 100) - 1))]

    return {
        "total": sum(values),
        "min": ordered[0],
        "p50": percentile(50),
        "p90": percentile(90),
        "p99": percentile(99),
        "max": ordered[-1],
    }


def _histogram(values: list[int]) -> list[int]:
    """Records per bucket; an empty record falls into the first."""
    found = Counter(max(0, bisect_right(_EDGES, value) - 1) for value in values)
    return [found[bucket] for bucket in range(len(_EDGES))]


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
