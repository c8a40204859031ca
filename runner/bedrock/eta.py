"""How long the job may still take: AWS gives no estimate, so the project's own finished jobs do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any


def usual_seconds(root: Path, model: str) -> float | None:
    """The median duration of the project's finished jobs of this model; None where there is none yet."""
    found = list(_durations(root, model))
    return median(found) if found else None


def left(elapsed: float, usual: float | None) -> str:
    """`about 1 h 20 min left`, as far as anything is known."""
    if usual is None:
        return "AWS gives no estimate, and no earlier job of this model is in this project"
    if elapsed >= usual:
        return "longer than earlier jobs of this model took"
    return f"about {_spoken(usual - elapsed)} left, going by earlier jobs of this model"


def _durations(root: Path, model: str) -> Iterator[float]:
    for file in (root / "runs").glob("*/*/job.json"):
        job, plan = _read(file), _read(file.with_name("plan.json"))
        details = job.get("details") or {}
        same = (plan.get("model") or {}).get("id") == model and not details.get("simulator")
        if job.get("executor") != "bedrock" or job.get("state") != "Completed" or not same:
            continue
        try:
            ended, started = (datetime.fromisoformat(str(job[key])) for key in ("ended", "started"))
        except (ValueError, KeyError):
            continue
        yield (ended - started).total_seconds()


def _read(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _spoken(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
