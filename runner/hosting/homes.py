"""Where to look for what was made: the regions of the ledger, of the runs, and of the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from runner.bedrock.cloud import ADDRESS, simulator_folder
from runner.ledger import Entry
from runner.reporting.evidence import section
from runner.reporting.standing import project_runs
from runner.runs import RunFolder


def homes(root: Path, entries: Iterable[Entry], regions: Iterable[str]) -> list[tuple[str, str]]:
    """Region and simulator (empty for AWS itself) of every place where this project may have something."""
    found = {(entry.region, entry.simulator) for entry in entries if entry.project in ("", str(root))}
    for run in project_runs(root):
        details = section(_job(run), "details")
        if details.get("region"):
            found.add((str(details["region"]), str(details.get("simulator") or "")))
    stated = [*regions]
    simulator = os.environ.get(ADDRESS) or _standing(root)
    if simulator:
        found |= {(region, simulator) for region in stated or [region for region, _ in found] or _usual()}
    else:
        found |= {(region, "") for region in stated}
    return sorted(found)


def _usual() -> list[str]:
    stated = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return [stated] if stated else ["us-east-1", "us-west-2"]


def _standing(root: Path) -> str:
    """The project's own simulated AWS, if it ever ran."""
    folder = simulator_folder(root)
    return str(folder) if folder.is_dir() else ""


def _job(run: RunFolder) -> dict[str, object]:
    try:
        return run.job() or {}  # one that came with a pull request may name no place to call
    except (OSError, ValueError):
        return {}
