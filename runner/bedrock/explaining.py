"""What AWS's refusals of a customization job mean, and what to do: one place for all of them.

Each row was met in the field: see the facts about AWS's behaviour in docs/. A sentence that no row knows is
passed on as AWS wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from runner.aws.calls import THROTTLED, Refused
from runner.errors import BusyError, RunnerError

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException"}
)
_ACTION = re.compile(r"perform: ?([A-Za-z0-9-]+:[A-Za-z*]+)")
_RESOURCE = re.compile(r"on resource: ?(\S+)")
_ROLE_UNKNOWN = re.compile(
    r"could not assume|not authorized to assume|cannot be assumed|unable to assume|assume (the )?provided",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A refusal that users meet: how to recognise it, and what to do."""

    name: str
    holds: Callable[[Refused], bool]
    fix: str


def _says(*words: str) -> Callable[[Refused], bool]:
    pattern = re.compile("|".join(words), re.I)
    return lambda refused: bool(pattern.search(refused.reason))


def _coded(*codes: str) -> Callable[[Refused], bool]:
    return lambda refused: refused.code in codes


KNOWN = (
    Known(
        "role cannot be assumed",
        lambda refused: role_unknown(refused),
        "check executor.role_arn: the role must trust bedrock.amazonaws.com for this account"
        " (aws:SourceAccount, aws:SourceArn; `runner doctor --iam` prints it); a role made a moment ago takes"
        " a little time: run again",
    ),
    Known(
        "model access",
        _says(
            r"access to the model", r"don't have access", r"model access", r"not subscribed", r"Marketplace"
        ),
        "ask for access in the Bedrock console (Model access) in the job's region, then run again",
    ),
    Known(
        "legacy model",
        _says(r"legacy", r"end of (its )?life", r"deprecated", r"no longer (supported|available)"),
        "the model takes no new jobs: `runner models` lists those that do",
    ),
    Known(
        "quota",
        lambda refused: (
            refused.code in ("ServiceQuotaExceededException", "LimitExceededException")
            or bool(re.search(r"quota|limit exceeded|maximum number of", refused.reason, re.I))
        ),
        "wait for jobs in progress to end or stop one (`runner status`), or ask for more in Service Quotas;"
        " then run the same command again: what is uploaded stays",
    ),
    Known(
        "bucket in another region",
        lambda refused: (
            refused.code == "PermanentRedirect"
            or bool(re.search(r"same region|bucket.*region|region.*bucket", refused.reason, re.I))
        ),
        "the bucket must be in the job's region: set executor.output_uri (and data_uri) to one that is",
    ),
    Known(
        "key",
        _says(r"\bkms\b", r"kms:"),
        "let the job's role and you use the key of executor.kms_key_arn (kms:Decrypt, kms:GenerateDataKey,"
        " kms:DescribeKey, kms:CreateGrant), in the job's region and enabled",
    ),
    Known("no such bucket", _coded("NoSuchBucket"), "make the bucket, or correct executor.output_uri"),
    Known(
        "data not readable",
        _says(r"s3.*(permission|access)", r"unable to (read|access).*s3", r"cannot access.*s3"),
        "let the job's role read the data and write the output: `runner doctor --iam` prints the policy",
    ),
)


def role_unknown(refused: Refused) -> bool:
    """Whether Bedrock could not assume the role: also what it says of a role that is only seconds old."""
    return refused.code == "ValidationException" and bool(_ROLE_UNKNOWN.search(refused.reason))


def over_quota(refused: Refused) -> bool:
    """Whether there is no room for one more job at this moment."""
    return refused.code == "ServiceQuotaExceededException"


def in_words(refused: Refused) -> RunnerError:
    """The refusal with its fix; a denied action is named, with the resource it is denied on."""
    if refused.code in DENIED:
        return _denied(refused)
    for known in KNOWN:
        if known.holds(refused):
            kind = BusyError if over_quota(refused) else RunnerError
            return kind(refused.message, fix=known.fix)
    if refused.code in THROTTLED:
        return BusyError(refused.message, fix=refused.fix)
    return refused


def failure_fix(message: str) -> str:
    """What to do about a job that ended as Failed, by AWS's own sentence; empty if no row knows it."""
    asked = Refused(message, code="", reason=message, operation="")
    return next((known.fix for known in KNOWN if known.holds(asked)), "")


def _denied(refused: Refused) -> RunnerError:
    action, resource = _ACTION.search(refused.reason), _RESOURCE.search(refused.reason)
    wanted = action[1] if action else f"the action {refused.operation}"
    where = f" on {resource[1]}" if resource else ""
    fix = f"allow {wanted}{where} to the identity you use; `runner doctor --iam` prints the policy"
    return RunnerError(refused.message, fix=fix)
