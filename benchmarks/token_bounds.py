"""How many tokens other tokenizers find where cl100k_base finds one, by kind of text.

    python benchmarks/token_bounds.py [--data FOLDER] [--json FILE] [--tokenizer NAME=FILE ...]

FILE is a `tokenizer.json`, a SentencePiece `*.model`, a list of ranks (`*.tiktoken`, Llama 3's
`tokenizer.model`) or a `tekken*.json`. Nothing is downloaded: o200k_base and the converted SmolLM2 of the
local executor come along where they are on the machine. Texts: the folder of real data, installed Python
packages, and what `--text` names.

A record is one text of 64 to 8,000 cl100k tokens, classed by `script_of`. Printed for each class and
tokenizer: the ratio over all records, and the 0.5 %, 50 % and 99.5 % quantiles of single records. The
bounds of a class are the extremes over all tokenizers. `held out`: the share of records of a tokenizer
within the bounds that the *others* give, which is what can be expected of a tokenizer that nobody has
measured.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median

from token_bounds_texts import Text, texts
from token_bounds_tokenizers import Count, at_hand, load

from runner.text.token_bounds import SCRIPTS, script_of
from runner.text.tokens import count

LEAST, MOST = 64, 8000
PER_SOURCE = 400
OUTER = 0.005
Ratios = dict[str, dict[str, list[tuple[int, int]]]]
"""Pairs (cl100k tokens, own tokens) by source of text and tokenizer."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared/data")
    parser.add_argument("--text", type=Path, action="append", default=[], help="folder of .po files")
    parser.add_argument("--tokenizer", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument(
        "--apart", action="append", default=[], metavar="NAME", help="shown, not in the bounds"
    )
    parser.add_argument("--json", type=Path, help="write the numbers there")
    args = parser.parse_args()
    tokenizers = at_hand() | {name: load(Path(file)) for name, _, file in map(_parted, args.tokenizer)}
    by_script = sorted_by_script(texts(args.data, args.text))
    found = {}
    for script in SCRIPTS:
        if by_script.get(script):
            ratios = measured(by_script[script], tokenizers)
            found[script] = summary(ratios, [name for name in tokenizers if name not in args.apart])
            print_script(script, found[script])
    if args.json:
        args.json.write_text(json.dumps(found, indent=1))
    return 0


def _parted(text: str) -> tuple[str, str, str]:
    return text.partition("=")


def sorted_by_script(found: list[Text]) -> dict[str, list[tuple[str, str, int]]]:
    """(source, text, cl100k tokens) of the texts of the right length, at most so many of one source."""
    counts = count([text.text for text in found])
    sorted_texts: dict[str, list[tuple[str, str, int]]] = {}
    taken: dict[tuple[str, str], int] = {}
    for text, number in zip(found, counts, strict=True):
        script = script_of(text.text)
        if LEAST <= number <= MOST and taken.get((script, text.source), 0) < PER_SOURCE:
            taken[script, text.source] = taken.get((script, text.source), 0) + 1
            sorted_texts.setdefault(script, []).append((text.source, text.text, number))
    return sorted_texts


def measured(chosen: list[tuple[str, str, int]], tokenizers: dict[str, Count]) -> Ratios:
    """Every tokenizer on every text."""
    ratios: Ratios = {}
    for name, tokens_of in tokenizers.items():
        own = tokens_of([text for _, text, _ in chosen])
        for (source, _, number), counted in zip(chosen, own, strict=True):
            ratios.setdefault(source, {}).setdefault(name, []).append((number, counted))
    return ratios


def summary(ratios: Ratios, bounding: list[str]) -> dict[str, object]:
    """The distribution of each tokenizer, the bounds, and how they hold for one that is left out."""
    names = list(next(iter(ratios.values())))
    single = {
        name: sorted(own / base for source in ratios.values() for base, own in source[name]) for name in names
    }
    sums = {
        name: [ratio_of(source[name]) for source in ratios.values() if enough(source[name])] for name in names
    }
    rows = {
        name: {
            "total": ratio_of([pair for source in ratios.values() for pair in source[name]]),
            "sources": [min(sums[name], default=None), max(sums[name], default=None)],
            "quantiles": [quantile(single[name], share) for share in (OUTER, 0.5, 1 - OUTER)],
            "held_out": held_out(name, single, [other for other in bounding if other != name]),
        }
        for name in names
    }
    low, high = extremes(single, bounding)
    return {
        "records": {source: len(next(iter(pairs.values()))) for source, pairs in ratios.items()},
        "tokenizers": rows,
        "record": {"low": low, "high": high},
        "total": {
            "low": min(value for name in bounding for value in sums[name]),
            "likely": median(float(str(rows[name]["total"])) for name in bounding),
            "high": max(value for name in bounding for value in sums[name]),
        },
    }


def enough(pairs: list[tuple[int, int]]) -> bool:
    """Whether a source is large enough for its total to say something."""
    return len(pairs) >= 20


def ratio_of(pairs: list[tuple[int, int]]) -> float:
    """Own tokens for each cl100k token, over all."""
    return sum(own for _, own in pairs) / sum(base for base, _ in pairs)


def extremes(single: dict[str, list[float]], names: list[str]) -> tuple[float, float]:
    """The lowest low and the highest high quantile."""
    low = min(quantile(single[name], OUTER) for name in names)
    return low, max(quantile(single[name], 1 - OUTER) for name in names)


def held_out(name: str, single: dict[str, list[float]], others: list[str]) -> float:
    """The share of one tokenizer's records within the bounds of the others."""
    low, high = extremes(single, others)
    return sum(low <= ratio <= high for ratio in single[name]) / len(single[name])


def quantile(ordered: list[float], share: float) -> float:
    """The value that this share of the records does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def print_script(script: str, found: dict[str, object]) -> None:
    """One table."""
    records, rows = found["records"], found["tokenizers"]
    assert isinstance(records, dict)
    assert isinstance(rows, dict)
    print(f"\n{script}: " + ", ".join(f"{source} {number}" for source, number in records.items()))
    print(f"{'':<14} {'total':>6} {'by source':>12}   {'0.5 %':>6} {'50 %':>6} {'99.5 %':>6} {'held out':>9}")
    for name, row in rows.items():
        sources = "-".join("" if value is None else f"{value:.2f}" for value in row["sources"])
        quantiles = " ".join(f"{value:>6.2f}" for value in row["quantiles"])
        print(f"{name:<14} {row['total']:>6.2f} {sources:>12}   {quantiles} {row['held_out']:>9.1%}")
    print(f"bounds: record {found['record']}, total {found['total']}")


if __name__ == "__main__":
    sys.exit(main())
