"""Metrics as files: a line as it happens, a summary at the end, and the tables a Bedrock job writes."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from pathlib import Path
from typing import Any

from runner.atomic import write_text

_STEPS = Path("training_artifacts") / "step_wise_training_metrics.csv"
_VALIDATIONS = Path("validation_artifacts/post_fine_tuning_validation/validation") / "validation_metrics.csv"


class MetricsFile:
    """`metrics.jsonl`, open for appending."""

    def __init__(self, path: Path, length: int) -> None:
        """Keep the first `length` bytes: lines after the checkpoint will be written again."""
        self._handle = path.open("ab")
        self._handle.truncate(length)

    def write(self, line: dict[str, Any]) -> int:
        """Append one line; returns the length of the file."""
        self._handle.write(json.dumps(line).encode() + b"\n")
        self._handle.flush()
        return self._handle.seek(0, os.SEEK_END)

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


def write_tables(folder: Path, metrics: Path) -> None:
    """The two CSV files of a Bedrock job: steps counted from 0, epochs from 1."""
    lines = [json.loads(line) for line in metrics.read_text(encoding="utf-8").splitlines()]
    steps = [
        (line["step"] - 1, line["epoch"], line["training_loss"], math.exp(min(line["training_loss"], 700.0)))
        for line in lines
        if line["kind"] == "train"
    ]
    write_text(folder / _STEPS, _csv(("step_number", "epoch_number", "training_loss", "perplexity"), steps))
    validations = [
        (line["step"], line["epoch"], line["validation_loss"], line["perplexity"])
        for line in lines
        if line["kind"] == "validation" and line["step"] > 0
    ]
    if validations:
        header = ("step_number", "epoch_number", "validation_loss", "perplexity")
        write_text(folder / _VALIDATIONS, _csv(header, validations))


def _csv(header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
