"""Where to look for what was made: the regions of the ledger, of the runs, and of the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from runner.bedrock.cloud import ADDRESS, simulator_folder
from runner.hosting.home import vanished
from runner.ledger import Entry
from runner.reporting.evidence import section
from runner.reporting.standing import project_runs
from runner.runs import RunFolder


def search_places(root: Path, entries: Iterable[Entry], regions: Iterable[str]) -> list[tuple[str, str]]:
    """Region and simulator (empty for AWS itself) of every place where this project may have something."""
    found = {(entry.region, entry.simulator) for entry in entries if entry.project == str(root)}
    for run in project_runs(root):
        details = section(_job(run), "details")
        if details.get("region"):
            found.add((str(details["region"]), str(details.get("simulator") or "")))
    stated = [*regions]
    simulator = os.environ.get(ADDRESS) or _standing(root)
    here = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if simulator:
        known = [region for region, _ in found] or ([here] if here else ["us-east-1", "us-west-2"])
        found |= {(region, simulator) for region in stated or known}
    # A project that was rehearsed is on AWS too; there, only what is named is asked.
    found |= {(region, "") for region in stated or ([here] if here and not found else [])}
    return sorted(place for place in found if not vanished(place[1]))


def _standing(root: Path) -> str:
    """The project's own simulated AWS, if it ever ran."""
    folder = simulator_folder(root)
    return str(folder) if folder.is_dir() else ""


def _job(run: RunFolder) -> dict[str, object]:
    try:
        return run.job() or {}  # one that came with a pull request may name no place to call
    except (OSError, ValueError):
        return {}
