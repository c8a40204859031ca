"""The phases of a job on the clock: validation, data processing, training."""

from __future__ import annotations

from typing import Any

from runner.simulator.rules import rule
from runner.simulator.world import World

ORDER = rule(
    "A job passes validation, data processing and training, one after the other; status stays InProgress",
    provenance="documented",
    source="botocore's service model (statusDetails); order and lengths are assumed",
)
PHASES = (
    ("validation", "validationDetails"),
    ("data_processing", "dataProcessingDetails"),
    ("training", "trainingDetails"),
)


def planned(world: World, start: float) -> list[dict[str, Any]]:
    """Begin and end of each phase of a job that begins now."""
    found = []
    for name, _ in PHASES:
        end = start + float(world.setting(f"{name}_seconds"))
        found.append({"name": name, "begin": start, "end": end})
        start = end
    return found


def details(world: World, job: dict[str, Any]) -> dict[str, Any]:
    """`statusDetails` of a job."""
    now = min(world.seconds(), job.get("ended", world.seconds()))
    found = {}
    for phase, (_, member) in zip(job["phases"], PHASES, strict=True):
        status = _status(job, phase, now)
        if status == "NotStarted":
            found[member] = {"status": status}
            continue
        modified = min(now, phase["end"])
        found[member] = {
            "status": status,
            "creationTime": world.stamp(phase["begin"]),
            "lastModifiedTime": world.stamp(modified),
        }
    return found


def _status(job: dict[str, Any], phase: dict[str, Any], now: float) -> str:
    if now < phase["begin"] or ("ended" in job and job["ended"] <= phase["begin"]):
        return "NotStarted"
    if now >= phase["end"] and not (job["status"] == "Failed" and phase["name"] == "validation"):
        return "Completed"
    return str(job["status"]) if job["status"] in {"Stopping", "Stopped", "Failed"} else "InProgress"
