"""Makes the job, exactly once: written down, looked up, asked for, found again if the answer was lost."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from runner.aws.calls import PROPAGATION_SECONDS, Refused, Unanswered, call
from runner.bedrock.attempts import find_job, own_job
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import in_words, role_unknown
from runner.bedrock.money import hold, monthly_storage

_ROLE_PAUSE = 5.0
_MOST_LOOKS = 3


def create_job(errand: Errand) -> Mapping[str, Any]:
    """AWS's record of the job, made now or by whoever was faster. Errors: `RunnerError`; nothing is lost."""
    ledger = errand.ledger
    job = ledger.intend(errand.entry("customization-job", errand.name))
    # The model comes into being by itself, and is billed by the month until it is deleted.
    model = errand.entry("custom-model", errand.model_name, usd=monthly_storage(errand.plan), per="month")
    ledger.intend(model)
    found = own_job(errand)
    if found is None:
        try:
            found = _created(errand)
        except Refused as refused:
            for entry in (job, model):
                ledger.gone(entry, f"refused: {refused.reason or refused.code}")
            ledger.release(errand.name, "AWS refused the job")
            raise in_words(refused) from None
    ledger.made(job, str(found["jobArn"]))
    # A second runner that was refused may have struck it out, and set its money free.
    ledger.intend(model)
    hold(errand)
    return found


def _created(errand: Errand) -> Mapping[str, Any]:
    """Ask, and look. A reply that was lost or cut short is no reason to ask for a second job."""
    deadline = time.monotonic() + PROPAGATION_SECONDS
    looks = 0
    while True:
        try:
            reply = call(
                f"creating job {errand.name}",
                errand.cloud.client("bedrock").create_model_customization_job,
                needs=("jobArn",),
                **errand.request,
            )
        except Unanswered:
            looks += 1
            found = own_job(errand)
            if found is not None:
                return found
            if looks >= _MOST_LOOKS:
                raise
        except Refused as refused:
            # Somebody else has made it, under the same name or with the same token.
            if (found := own_job(errand)) is not None:
                return found
            if not role_unknown(refused) or time.monotonic() >= deadline:
                raise
            left = f"{max(0, deadline - time.monotonic()):.0f} s more"
            errand.progress.say(
                f"AWS cannot assume the role yet, as happens with a new one; trying for {left}"
            )
            time.sleep(_pause(errand, _ROLE_PAUSE))
        else:
            return _seen(errand, str(reply["jobArn"]))


def _seen(errand: Errand, arn: str) -> Mapping[str, Any]:
    """The record of the job that was just made; Get may need a moment to know it."""
    found = find_job(errand.cloud, arn)
    return found or {"jobArn": arn, "status": "InProgress", "creationTime": ""}


def _pause(errand: Errand, seconds: float) -> float:
    return 0.2 if errand.cloud.simulator else seconds
