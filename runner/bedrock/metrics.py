"""Finds and reads the metrics that a job left on S3.

The folders differ between AWS's guide and its notebooks, and counters start at 0 or at 1: so files are found
by listing, and steps are counted from the first one of the training file. `metrics.jsonl` counts from 1.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from runner.aws.calls import Unanswered, look
from runner.bedrock.places import place

TRAINING = "step_wise_training_metrics.csv"
VALIDATION = "validation_metrics.csv"
_COUNTERS = ("step_number", "epoch_number")
_MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """One metrics file: where it lies, and its rows as numbers."""

    key: str
    rows: tuple[Mapping[str, float], ...]
    skipped: int
    """Rows that held no numbers."""


def fetch(
    s3: Any, output_uri: str, job_arn: str, guard: Mapping[str, str]
) -> tuple[list[Table], list[Table]]:
    """The training and the validation files of a job, found under its folder of the output."""
    folder = place(output_uri).below(f"model-customization-job-{job_arn.rpartition('/')[2]}")
    listed = look(
        f"looking for metrics under {folder.uri}",
        partial(_pages, s3),
        Bucket=folder.bucket,
        Prefix=folder.key + "/",
        **guard,
    )
    found = [row for page in listed for row in page.get("Contents") or ()]
    sizes = {str(row["Key"]): int(row["Size"]) for row in found}

    def tables(name: str) -> list[Table]:
        keys = sorted(key for key in sizes if key.endswith(f"/{name}") and sizes[key] <= _MOST_BYTES)
        return [read_table(key, _content(s3, folder.bucket, key, sizes[key], guard)) for key in keys]

    return tables(TRAINING), tables(VALIDATION)


def read_table(key: str, text: str) -> Table:
    """The rows of a CSV file that are numbers throughout; empty cells are left out."""
    rows: list[Mapping[str, float]] = []
    skipped = 0
    reader = csv.DictReader(io.StringIO(text))
    while True:
        try:
            read = next(reader, None)
            if read is None:
                return Table(key, tuple(rows), skipped)
            row = {str(name).strip(): float(value) for name, value in read.items() if name and value}
        except (TypeError, ValueError, csv.Error):
            skipped += 1
            continue
        if all(math.isfinite(row.get(counter, 0)) for counter in _COUNTERS):
            rows.append(row)
        else:
            skipped += 1


def lines(training: list[Table], validation: list[Table]) -> Iterator[dict[str, Any]]:
    """The lines of `metrics.jsonl`: training steps, then validation points, in the order of their steps."""
    origin = _origin(training or validation, "step_number")
    epoch_origin = _origin(training or validation, "epoch_number")
    for kind, tables in (("train", training), ("validation", validation)):
        for table in tables:
            for count, row in enumerate(table.rows):
                step = int(row.get("step_number", count + origin)) - origin + 1
                epoch = int(row.get("epoch_number", epoch_origin)) - epoch_origin + 1
                measures = {name: _finite(value) for name, value in row.items() if name not in _COUNTERS}
                yield {"kind": kind, "step": step, "epoch": epoch, **measures}


def as_jsonl(found: list[dict[str, Any]]) -> str:
    """The content of `metrics.jsonl`."""
    return "".join(json.dumps(line) + "\n" for line in found)


def last(found: list[dict[str, Any]], kind: str, name: str) -> float | None:
    """The last value of a measure that is a number."""
    values = [line[name] for line in found if line["kind"] == kind and line.get(name) is not None]
    return values[-1] if values else None


def diverged(found: list[dict[str, Any]]) -> int:
    """At how many points a loss was no number any more."""
    return sum(any(name.endswith("_loss") and line[name] is None for name in line) for line in found)


def _finite(value: float) -> float | None:
    """JSON knows no NaN and no infinity."""
    return value if math.isfinite(value) else None


def _origin(tables: list[Table], counter: str) -> int:
    """Where a counter starts: 0 or 1, whatever the file's first row says."""
    first = [int(row[counter]) for table in tables for row in table.rows[:1] if counter in row]
    return 0 if first and min(first) == 0 else 1


def _pages(s3: Any, **request: Any) -> list[Any]:
    """Every page. Errors: `Unanswered` for one that was cut short, which would read like an empty folder."""
    pages = list(s3.get_paginator("list_objects_v2").paginate(**request))
    if any("Name" not in page for page in pages):
        raise Unanswered("the list of objects was cut short")
    return pages


def _content(s3: Any, bucket: str, key: str, size: int, guard: Mapping[str, str]) -> str:
    """The whole object as text."""

    def read(**request: Any) -> dict[str, bytes]:
        body = s3.get_object(**request)["Body"].read()
        if len(body) != size:
            raise Unanswered(f"reading s3://{bucket}/{key}: {len(body)} of {size} bytes arrived")
        return {"bytes": body}

    got = look(f"reading s3://{bucket}/{key}", read, Bucket=bucket, Key=key, **guard)
    return str(got["bytes"].decode("utf-8-sig", errors="replace"))
