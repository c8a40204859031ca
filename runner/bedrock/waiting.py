"""Follows a job to its end, on a schedule of its own: a poll that fails is skipped, not repeated at once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from runner.aws.calls import THROTTLED, Refused, call
from runner.bedrock.attempts import NEEDED
from runner.bedrock.errand import Errand
from runner.bedrock.eta import left, usual_seconds
from runner.bedrock.explaining import in_words
from runner.bedrock.record import ALIVE, job_from
from runner.errors import RunnerError
from runner.job import Job

_PAUSES = (5.0, 60.0)
_SIMULATED_PAUSES = (0.05, 0.4)
_GROWTH = 1.4
_SILENCE_SECONDS = 1800.0
"""How long AWS may give no answer (a closed laptop, a lost network) before waiting ends; the job goes on."""
_SIMULATED_SILENCE_SECONDS = 5.0
"""A simulated AWS is on this machine: one that was killed answers at no time."""


def follow(errand: Errand, found: Mapping[str, Any]) -> Job:
    """The job when it has ended; `job.json` says how it stands all the while.

    Errors: `RunnerError` when AWS cannot be asked any more; `KeyboardInterrupt`. The job goes on then.
    """
    job = _written(errand, job_from(errand, found))
    # A simulated clock runs at a pace of its own: what earlier jobs took by it says nothing about ours.
    usual = None if errand.cloud.simulator else usual_seconds(errand.root, str(errand.plan["model"]["id"]))
    began = time.monotonic()
    silent_since: float | None = None
    patience = _SIMULATED_SILENCE_SECONDS if errand.cloud.simulator else _SILENCE_SECONDS
    for pause in pauses(simulated=bool(errand.cloud.simulator)):
        if job.state not in ALIVE:
            errand.progress.clear()
            return job
        _show(errand, job, _elapsed(job, began), usual)
        time.sleep(pause)
        try:
            found = ask_once(errand.cloud.poller(), str(job.details["arn"]))
            silent_since = None
        except RunnerError as error:
            if not _passing(error):
                raise _goes_on(error, errand) from None
            if silent_since is None:
                silent_since = time.monotonic()
                errand.progress.say(f"warning: {error.message}; asking again")
            # AWS that asks to slow down is there: that may last as long as it wants.
            if not isinstance(error, Refused) and time.monotonic() - silent_since > patience:
                raise _goes_on(error, errand) from None
            continue
        job = _written(errand, job_from(errand, found), job)
    return job


def pauses(*, simulated: bool) -> Iterator[float]:
    """Seconds between two looks: short at first, since data is refused early, then a minute."""
    pause, longest = _SIMULATED_PAUSES if simulated else _PAUSES
    while True:
        yield pause
        pause = min(pause * _GROWTH, longest)


def ask_once(poller: Any, arn: str) -> Mapping[str, Any]:
    """AWS's record of the job. Errors: `RunnerError`, also for what will pass by itself."""
    return call(  # type: ignore[no-any-return]
        "asking how the job stands", poller.get_model_customization_job, needs=NEEDED, jobIdentifier=arn
    )


def _passing(error: RunnerError) -> bool:
    """Whether it makes sense to ask again later: everything but a clear refusal."""
    return not isinstance(error, Refused) or error.code in THROTTLED


def _goes_on(error: RunnerError, errand: Errand) -> RunnerError:
    said = in_words(error) if isinstance(error, Refused) else error
    if errand.cloud.simulator:
        message = f"{said.message}\n    the simulated AWS may have been ended; it keeps job {errand.name}"
        return RunnerError(message, fix="the same `runner run` starts it again and follows the job")
    fix = f"{said.fix}; " if said.fix else ""
    return RunnerError(
        f"{said.message}\n    job {errand.name} goes on at AWS, and is billed there",
        fix=f"{fix}the same `runner run` follows it again",
    )


def _written(errand: Errand, job: Job, before: Job | None = None) -> Job:
    if before is None or job != before:
        errand.run.write("job.json", job.as_dict())
    if before is not None and (job.state, job.details["state_detail"]) != (
        before.state,
        before.details["state_detail"],
    ):
        errand.run.log("job", state=job.state, phases=job.details["state_detail"])
    return job


def _elapsed(job: Job, began: float) -> float:
    """Seconds since AWS made the job; since we have been watching, if its clock is a simulated one."""
    try:
        made = datetime.fromisoformat(job.started)
    except ValueError:
        made = None
    if made is None or job.details.get("simulator"):
        return time.monotonic() - began
    return max(0.0, (datetime.now(UTC) - made).total_seconds())


def _show(errand: Errand, job: Job, elapsed: float, usual: float | None) -> None:
    phase = next((name for name, state in job.details["state_detail"].items() if state == "InProgress"), "")
    label = f"{job.state}{f' ({phase})' if phase else ''}, seconds"
    note = "on a simulated clock" if errand.cloud.simulator else left(elapsed, usual)
    errand.progress.show(label, int(elapsed), int(usual) if usual else None, note)
