"""Finds the job of a fingerprint by its names: one that goes on, one that ended, or the next to make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.aws.calls import Refused, look
from runner.bedrock.cloud import Cloud
from runner.bedrock.explaining import failure_fix, in_words
from runner.bedrock.names import job_name
from runner.bedrock.rejected import about_data, located
from runner.errors import JobError, RunnerError
from runner.runs import RunFolder

NEEDED = ("jobArn", "status", "creationTime")
_MOST = 50
_ENDED_BADLY = ("Failed", "Stopped")


@dataclass(frozen=True, slots=True)
class Attempt:
    """The number of a try, and AWS's record of it; None if that job does not exist."""

    number: int
    job: Mapping[str, Any] | None
    before: str = ""
    """Why the try before it ended, for people."""


def find_job(cloud: Cloud, name: str) -> Mapping[str, Any] | None:
    """AWS's record of the job with this name or ARN, or None. Errors: `RunnerError`."""
    try:
        return look(  # type: ignore[no-any-return]
            f"looking up job {name}",
            cloud.client("bedrock").get_model_customization_job,
            needs=NEEDED,
            jobIdentifier=name,
        )
    except Refused as refused:
        if refused.code == "ResourceNotFoundException":
            return None
        raise in_words(refused) from None


def latest_attempt(cloud: Cloud, planned: str, run: RunFolder, *, followed: str = "") -> Attempt:
    """The job to follow, or the number of the one to make.

    `followed`: the job that the last run left under way; how it ended is told before another one is started.
    A job that failed on its data would fail again on the same bytes, and cost again. Errors: `JobError` then.
    """
    before = ""
    for number in range(1, _MOST):
        name = job_name(planned, number)
        found = find_job(cloud, name)
        if found is None or found["status"] not in _ENDED_BADLY or name == followed:
            return Attempt(number, found, before)
        reason = str(found.get("failureMessage") or "")
        if found["status"] == "Failed" and about_data(reason):
            raise JobError(
                f"job {name} failed on this very data: {located(reason, run)}",
                fix=failure_fix(reason)
                or "correct or drop the record (a step of the recipe), then run again",
            )
        before = f"{name} ended as {found['status']}" + (f": {reason}" if reason else "")
    raise RunnerError(f"{_MOST} jobs of this fingerprint have failed", fix="look at their messages first")
