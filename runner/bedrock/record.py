"""AWS's record of a job as our `Job`: the content of `job.json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from runner.bedrock.errand import Errand
from runner.bedrock.explaining import failure_fix
from runner.bedrock.money import actual_cost
from runner.bedrock.rejected import located, rejected_record
from runner.job import Job

_PHASES = ("dataProcessingDetails", "validationDetails", "trainingDetails")
ALIVE = ("InProgress", "Stopping")
ENDED = ("Completed", "Failed", "Stopped")


def job_from(errand: Errand, found: Mapping[str, Any]) -> Job:
    """The job as it stands; what is known only after its end is empty until then.

    A job found may have been started with other options: where its files lie is what AWS says.
    """
    stated, reason = str(found["status"]), str(found.get("failureMessage") or "")
    # AWS may add states: a job that is not known to have ended goes on, and is billed.
    state = stated if stated in (*ALIVE, *ENDED) else "InProgress"
    places = _places(errand.request, found)
    details: dict[str, Any] = {
        "arn": str(found["jobArn"]),
        "attempt": errand.attempt,
        "state_detail": {**({} if state == stated else {"status": stated}), **phases(found)},
        "region": errand.cloud.region,
        "account": errand.cloud.account,
        "simulator": errand.cloud.simulator,
        "token": errand.request["clientRequestToken"],
        "custom_model": {"name": errand.model_name, "arn": str(found.get("outputModelArn") or "")},
        "input": {
            "training": places["trainingDataConfig"],
            "train_uri": places["trainingDataConfig"].get("s3Uri"),
            "validation_uris": [row["s3Uri"] for row in _validators(places)],
        },
        "output_uri": str(places["outputDataConfig"]["s3Uri"]).rstrip("/"),
        "losses": losses(found),
    }
    if state not in ALIVE:
        details["cost"] = actual_cost(errand.plan, state, simulated=bool(errand.cloud.simulator))
    if reason:
        details["rejected"] = rejected_record(reason, errand.run)
        details["fix"] = failure_fix(reason)
    return Job(
        name=errand.name,
        executor="bedrock",
        state=state,  # type: ignore[arg-type]
        started=moment(found.get("creationTime")),
        ended=moment(found.get("endTime")),
        failure=located(reason, errand.run) if reason else "",
        details=details,
    )


def phases(found: Mapping[str, Any]) -> dict[str, str]:
    """The state of each phase that AWS tells of: data processing, validation, training."""
    stated = found.get("statusDetails") or {}
    return {
        name.removesuffix("Details"): str(stated[name]["status"])
        for name in _PHASES
        if (stated.get(name) or {}).get("status")
    }


def losses(found: Mapping[str, Any]) -> dict[str, float | None]:
    """The last losses that AWS itself reports for the job."""
    training = (found.get("trainingMetrics") or {}).get("trainingLoss")
    validation = [row.get("validationLoss") for row in found.get("validationMetrics") or ()]
    stated = {"training_loss": training, "validation_loss": validation[0] if validation else None}
    return {name: value if value is not None and isfinite(value) else None for name, value in stated.items()}


def moment(time: Any) -> str:
    """ISO 8601 in UTC, or nothing."""
    if not isinstance(time, datetime):
        return ""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _places(request: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Where the job reads and writes; replies lack what AWS does not tell (yet)."""
    names = ("trainingDataConfig", "validationDataConfig", "outputDataConfig")
    return {name: found.get(name) or request.get(name) for name in names}


def _validators(request: Mapping[str, Any]) -> list[dict[str, str]]:
    return (request.get("validationDataConfig") or {}).get("validators") or []
