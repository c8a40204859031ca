"""Is the encryption key there, enabled, and in the region of the job?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.aws.calls import Refused, look
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import DENIED
from runner.bedrock.roles import not_asked
from runner.finding import Finding

_PATH = "executor.kms_key_arn"


def findings(errand: Errand) -> Iterator[Finding]:
    """What is wrong with the key."""
    arn = errand.options.kms_key_arn
    if not arn:
        return
    parts = arn.split(":")
    if len(parts) > 3 and parts[3] != errand.cloud.region:
        message = f"the key is in {parts[3]}, the job runs in {errand.cloud.region}"
        yield Finding("P307", message, path=_PATH, fix=f"use a key in {errand.cloud.region}")
        return
    try:
        reply = look(
            "looking at the key", errand.cloud.client("kms").describe_key, needs=("KeyMetadata",), KeyId=arn
        )
    except Refused as refused:
        if refused.code == "NotFoundException":
            yield Finding("P307", f"there is no key {arn}", path=_PATH, fix="correct the ARN")
            return
        if refused.code not in DENIED:
            raise
        yield not_asked("the key", "kms:DescribeKey", _PATH)
        return
    state = reply["KeyMetadata"].get("KeyState")
    if state != "Enabled":
        fix = "enable it, or use another key"
        yield Finding("P307", f"the key {arn} is {state}, not Enabled", path=_PATH, fix=fix)
