"""Finds the job of a fingerprint by its names: one that goes on, one that ended, or the next to make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from runner.aws.calls import Refused, look
from runner.bedrock import names
from runner.bedrock.cloud import Cloud
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import failure_fix, in_words
from runner.bedrock.outcome import settle
from runner.bedrock.record import job_from
from runner.bedrock.rejected import about_data, located
from runner.errors import JobError, RunnerError

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


def own_job(errand: Errand) -> Mapping[str, Any] | None:
    """AWS's record of the errand's job, or None.

    The name holds a short form of the fingerprint, the token all of it. Errors: `RunnerError`, also when the
    job of this name was asked for with another token: it is not the one that is planned.
    """
    found = find_job(errand.cloud, errand.name)
    stated = (found or {}).get("clientRequestToken")
    if stated and stated != names.token(str(errand.plan["fingerprint"]), errand.attempt):
        raise RunnerError(
            f"job {errand.name} of account {errand.cloud.account} is there, and is not the one planned here",
            fix="give the recipe another name, then run again",
        )
    return found


def latest_attempt(errand: Errand, *, followed: str = "") -> Attempt:
    """The job to follow, or the number of the one to make. The accounts of those that ended are closed.

    `followed`: the job that the last run left under way; how it ended is told before another one is started.
    A job that failed on its data would fail again on the same bytes, and cost again. Errors: `JobError` then.
    """
    before = ""
    for number in range(1, _MOST):
        tried = replace(errand, attempt=number)
        found = own_job(tried)
        if found is None or found["status"] not in _ENDED_BADLY or tried.name == followed:
            return Attempt(number, found, before)
        _close(tried, found)
        reason = str(found.get("failureMessage") or "")
        if found["status"] == "Failed" and about_data(reason):
            raise JobError(
                f"job {tried.name} failed on this very data: {located(reason, errand.run)}",
                fix=failure_fix(reason)
                or "correct or drop the record (a step of the recipe), then run again",
            )
        before = f"{tried.name} ended as {found['status']}" + (f": {reason}" if reason else "")
    raise RunnerError(f"{_MOST} jobs of this fingerprint have failed", fix="look at their messages first")


def departures(errand: Errand, found: Mapping[str, Any]) -> Iterator[str]:
    """Where a job that is there already differs from what is asked for now: it is not made again for that."""
    request = errand.request
    pairs = (
        ("role_arn", request["roleArn"], found.get("roleArn")),
        ("output_uri", request["outputDataConfig"]["s3Uri"], _output(found)),
        ("kms_key_arn", request.get("customModelKmsKeyId"), found.get("outputModelKmsKeyArn") or "no key"),
    )
    for name, asked, has in pairs:
        if asked and has and has != asked:
            yield f"the job was started with {has} as executor.{name}, and goes on so: not with {asked}"


def _output(found: Mapping[str, Any]) -> str:
    return str((found.get("outputDataConfig") or {}).get("s3Uri") or "").rstrip("/")


def _close(errand: Errand, found: Mapping[str, Any]) -> None:
    """Nobody may have been there when the job ended: its money and its entries are not held for ever."""
    ledger, cloud = errand.ledger, errand.cloud
    here = (errand.name, cloud.account, cloud.region, cloud.simulator)
    open_ones = [row for row in ledger.reservations() if row.state == "open"]
    held = any((row.job, row.account, row.region, row.simulator) == here for row in open_ones)
    if held or ledger.find("customization-job", *here):
        settle(errand, job_from(errand, found))
