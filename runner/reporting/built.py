"""What was built: sources, the way from read to kept, drop reasons, lengths, shares and samples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner import plugins
from runner.errors import RunnerError
from runner.reporting import charts
from runner.reporting.evidence import Evidence, section
from runner.reporting.figures import count, is_number, share

_CATEGORIES_SHOWN = 12
_LANGUAGES = {"ja": "Japanese", "en": "English", "other": "Other"}


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the way from read to kept. `left` is what goes on from here."""

    label: str
    note: str
    dropped: int
    created: int
    changed: int
    left: int
    bar: str


@dataclass(frozen=True, slots=True)
class Share:
    """One row of a list of shares."""

    label: str
    number: int
    share: str
    bar: str


def way(evidence: Evidence) -> list[Stop]:
    """From the records that were read to those that were kept, step by step."""
    read = _whole(section(evidence.dataset, "totals").get("read"))
    steps = [step for step in evidence.dataset.get("steps") or [] if isinstance(step, Mapping)]
    counts = [_whole(step.get("kept")) for step in steps]
    most = max([read, *counts, 1])
    stops = [Stop("all sources", "", 0, 0, 0, read, charts.bar(read, most))]
    unreadable = sum(number for name, number in _drops(evidence) if name.startswith("read:"))
    if unreadable and not any(step.get("label") == "read" for step in steps):
        stops.append(
            Stop("read", "", unreadable, 0, 0, read - unreadable, charts.bar(read - unreadable, most))
        )
    for step, kept in zip(steps, counts, strict=True):
        label, kind = str(step.get("label") or ""), str(step.get("kind") or "")
        dropped = sum(_whole(number) for number in section(step, "dropped").values())
        stops.append(
            Stop(
                label,
                kind if kind != label else "",
                dropped,
                _whole(step.get("created")),
                _whole(step.get("changed")),
                kept,
                charts.bar(kept, most),
            )
        )
    return stops


def totals(evidence: Evidence) -> list[tuple[str, str]]:
    """The kept records and where they went."""
    numbers = section(evidence.dataset, "totals")
    names = (
        ("kept", "kept"),
        ("train", "for training"),
        ("validation", "for validation"),
        ("unused", "not used"),
    )
    return [(label, count(numbers.get(name))) for name, label in names if name in numbers]


def reasons(evidence: Evidence) -> list[tuple[str, str, str, str]]:
    """Step, reason, number and share of everything read, the most frequent first."""
    read = section(evidence.dataset, "totals").get("read")
    rows = sorted(_drops(evidence), key=lambda pair: (-pair[1], pair[0]))
    return [(*_step_and_reason(name), count(number), share(number, read)) for name, number in rows if number]


def languages(evidence: Evidence) -> list[Share]:
    """Shares of the languages in the training file, as far as the script of a text tells."""
    numbers = section(evidence.dataset, "languages")
    return _shares({_LANGUAGES.get(name, name): number for name, number in numbers.items()})


def categories(evidence: Evidence) -> list[Share]:
    """Shares of the categories, the largest first; the small ones of many are summed up."""
    numbers = {name: _whole(number) for name, number in section(evidence.dataset, "categories").items()}
    ranked = sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(ranked) <= _CATEGORIES_SHOWN + 1:
        return _shares(dict(ranked))
    rest = ranked[_CATEGORIES_SHOWN:]
    return _shares(
        {**dict(ranked[:_CATEGORIES_SHOWN]), f"{len(rest)} others": sum(number for _, number in rest)}
    )


def lengths(evidence: Evidence, box: charts.Box, name: str) -> str:
    """The histogram of token counts."""
    data = section(evidence.dataset, "histogram")
    edges = [float(edge) for edge in data.get("edges") or [] if is_number(edge)]
    counts = [_whole(number) for number in data.get("train") or []]
    tokenizer = section(evidence.dataset, "tokens").get("tokenizer") or "tokenizer"
    used = [index for index, number in enumerate(counts) if number]
    if used:  # the manifest's buckets reach from one token to the longest text there is
        edges, counts = edges[used[0] :], counts[used[0] : used[-1] + 1]
    return charts.histogram(
        edges,
        counts,
        x=f"tokens of a record ({tokenizer})",
        y="training records",
        name=name,
        box=box,
        title="Lengths of the training records",
        description=f"Histogram of {sum(counts):,} training records by their number of tokens.",
    )


def token_rows(evidence: Evidence) -> list[tuple[str, ...]]:
    """Token statistics per file: total, min, p50, p90, p99, max."""
    rows = []
    for side in ("train", "validation"):
        numbers = section(evidence.dataset, "tokens", side)
        if numbers:
            rows.append(
                (side, *(count(numbers.get(name)) for name in ("total", "min", "p50", "p90", "p99", "max")))
            )
    return rows


def sample_rows(evidence: Evidence) -> list[list[tuple[str, str]]]:
    """The first rows of the training file as (role, text) turns, read the way the trainer reads them."""
    rows = evidence.dataset.get("samples")
    name = str(evidence.dataset.get("format") or "")
    return [_turns(row, name) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _turns(row: Mapping[str, Any], format_name: str) -> list[tuple[str, str]]:
    try:
        sample = plugins.module_constant("formats", format_name, "sample", None)(row)
        system = [("system", sample.system)] if sample.system else []
        return [*system, *((str(role), str(text)) for role, text in sample.turns)]
    except (RunnerError, LookupError, TypeError, ValueError, AttributeError):
        # The format may be gone, or the row may be of another version: the row itself still tells.
        return [("row", json.dumps(row, ensure_ascii=False, indent=2))]


def _shares(numbers: Mapping[str, Any]) -> list[Share]:
    whole = sum(_whole(number) for number in numbers.values())
    most = max([_whole(number) for number in numbers.values()], default=1)
    return [
        Share(name, _whole(number), share(_whole(number), whole), charts.bar(_whole(number), most))
        for name, number in numbers.items()
        if _whole(number)
    ]


def _drops(evidence: Evidence) -> list[tuple[str, int]]:
    return [(name, _whole(number)) for name, number in section(evidence.dataset, "dropped").items()]


def _step_and_reason(name: str) -> tuple[str, str]:
    step, _, reason = name.partition(":")
    return (step, reason) if reason else ("", step)


def _whole(value: Any) -> int:
    return int(value) if is_number(value) else 0
