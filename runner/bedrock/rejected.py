"""Maps AWS's sentence about refused data to the record and line of the file that was uploaded."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from runner.runs import RunFolder

_LINE = re.compile(
    r"\b(?:line|record|row|sample|entry|index)(?:s)?\s*(?:number|no\.?|#|:|at)?\s*\[?(\d+)", re.I
)
_DATA = re.compile(r"\b(?:record|line|row|sample|jsonl|dataset|training data|validation data|token)", re.I)
_VALIDATION = re.compile(r"\bvalidation[ _-]?(?:data|set|file|record|sample)|validator", re.I)
_NOT_DATA = re.compile(
    r"permission|access|not authorized|assume|\brole\b|\bbucket\b|\bkms\b|encrypt"
    r"|internal|capacity|timed? ?out",
    re.I,
)
_FROM_ZERO = re.compile(r"\bindex\b", re.I)
_SHOWN = 160


def about_data(message: str) -> bool:
    """Whether a failure is about the content of the data: trying the same bytes again would fail again."""
    return bool(_LINE.search(message) or (_DATA.search(message) and not _NOT_DATA.search(message)))


def rejected_record(message: str, run: RunFolder) -> dict[str, Any] | None:
    """File, line, id and beginning of the record that the message names; None if it names none."""
    found = _LINE.search(message)
    if not found:
        return None
    name = "validation.jsonl" if _VALIDATION.search(message) else "train.jsonl"
    number = int(found[1]) + bool(_FROM_ZERO.search(found[0]))
    line = _line(run.path / name, number)
    if line is None:
        return None
    side = name.partition(".")[0]
    ids = (_index(run).get(side) or {}).get("ids") or []
    return {
        "file": name,
        "line": number,
        "id": ids[number - 1] if number <= len(ids) else None,
        "text": line[:_SHOWN] + ("…" if len(line) > _SHOWN else ""),
    }


def located(message: str, run: RunFolder) -> str:
    """AWS's sentence, and behind it where that record stands."""
    record = rejected_record(message, run)
    if record is None:
        return message
    who = f" (record {record['id']})" if record["id"] else ""
    return f"{message}\n    {run.path / record['file']}:{record['line']}{who}: {record['text']}"


def _line(file: Path, number: int) -> str | None:
    if number < 1 or not file.exists():
        return None
    with file.open(encoding="utf-8", errors="replace") as handle:
        for count, line in enumerate(handle, 1):
            if count == number:
                return line.rstrip("\n")
    return None


def _index(run: RunFolder) -> dict[str, Any]:
    """The ids of the rows, which the dataset's folder in the cache holds, if it is still there."""
    plan = run.read("plan.json") or {}
    folder = run.path.parents[2] / str((plan.get("dataset") or {}).get("folder") or "")
    try:
        index = json.loads((folder / "index.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return index if isinstance(index, dict) else {}
