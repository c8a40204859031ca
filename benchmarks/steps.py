"""MB of text per CPU second of every step: `python benchmarks/steps.py dolly.jsonl[.gz] [STEP ...]`.

The file holds one JSON object a line, with dolly's field names.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from pathlib import Path
from typing import Any

from runner.plugins import load, names
from runner.record import Record

ROUNDS = 3
OPTIONS: dict[str, dict[str, Any]] = {
    "drop_duplicates": {"match": "normalized"},
    "drop_outliers": {
        "min_characters": {"completion": 2},
        "max_characters": {"prompt": 8000},
        "max_ratio": 50,
    },
    "filter_pattern": {"drop": [r"(?i)https?://", "お問い合わせ番号"]},
    "replace": {"texts": {"弊社": "当社", "御社": "貴社"}},
    "strip_markup": {"references": True},
}
"""Options of the steps that do nothing, or less than usual, without any."""


def read(path: Path) -> list[Record]:
    """Question and answer of every line."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    records = []
    for place, line in enumerate(data.splitlines()):
        row = json.loads(line)
        fields = {"prompt": f"{row['instruction']}\n\n{row['input']}".strip(), "completion": row["output"]}
        records.append(Record(f"dolly/{place}", fields, {}, f"dolly/{place}"))
    return records


def seconds(name: str, records: list[Record]) -> tuple[float, int, int]:
    """The best of some rounds in CPU seconds, and how many records were changed and dropped."""
    step = load("steps", name)
    best, done = float("inf"), records
    for _ in range(ROUNDS):
        start = time.process_time()
        done = list(step(iter(records), **OPTIONS.get(name, {})))
        best = min(best, time.process_time() - start)
    dropped = sum(record.dropped is not None for record in done)
    changed = sum(record.fields != before.fields for record, before in zip(done, records, strict=True))
    return best, changed, dropped


def main() -> None:
    """Print one row a step."""
    path, *wanted = sys.argv[1:]
    records = read(Path(path))
    megabytes = sum(len(text.encode()) for record in records for text in record.fields.values()) / 1e6
    print(f"{len(records)} records, {megabytes:.1f} MB of text, best of {ROUNDS}")
    print(f"{'step':<22}{'MB per CPU s':>14}{'CPU ms':>9}{'changed':>9}{'dropped':>9}")
    for name in wanted or names("steps"):
        best, changed, dropped = seconds(name, records)
        print(f"{name:<22}{megabytes / best:>14.0f}{best * 1000:>9.0f}{changed:>9}{dropped:>9}")


if __name__ == "__main__":
    main()
