"""Does the role exist, and does it let Bedrock assume it for jobs of this account, and only those?"""

from __future__ import annotations

import fnmatch
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from runner.aws.calls import Refused, look
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import DENIED
from runner.finding import Finding

SERVICE = "bedrock.amazonaws.com"
_SOURCE = "Bedrock user guide: Create a service role for model customization"
_PRINTS = "`runner doctor --iam` prints a trust policy that fits"


def findings(errand: Errand) -> Generator[Finding, None, bool]:
    """What is wrong with the role; returns whether it is known to exist."""
    arn = str(errand.options.role_arn)
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    if account and account != errand.cloud.account:
        yield _finding(
            f"the role is in account {account}, your credentials are of account {errand.cloud.account}",
            "use a role of the account that the job runs in, or other credentials (executor.profile)",
        )
        return False
    try:
        reply = look("reading the role", errand.cloud.client("iam").get_role, needs=("Role",), RoleName=name)
    except Refused as refused:
        if refused.code == "NoSuchEntity":
            fix = "correct executor.role_arn, or let `runner init --role` create the role"
            yield _finding(f"there is no role {arn}", fix)
            return False
        if refused.code not in DENIED:
            raise
        yield not_asked("the role and its trust policy", "iam:GetRole", "executor.role_arn")
        return True
    role = reply["Role"]
    if str(role.get("Arn")) != arn:
        yield _finding(f"the role's ARN is {role.get('Arn')}, not {arn}", "set executor.role_arn to it")
    yield from trust_findings(role.get("AssumeRolePolicyDocument"), errand.cloud.account, errand.cloud.region)
    return True


def trust_findings(policy: Any, account: str, region: str) -> Iterator[Finding]:
    """What is wrong with a trust policy: who may assume the role, and for whose jobs."""
    statements = [one for one in _listed((policy or {}).get("Statement")) if _lets_bedrock(one)]
    if not statements:
        message = f"the role does not let {SERVICE} assume it (sts:AssumeRole)"
        yield _finding(message, f"add it to the role's trust policy; {_PRINTS}")
        return
    excluded = [list(_excludes(one, account, region)) for one in statements]
    if all(excluded):
        yield _finding(f"the role's trust policy lets Bedrock in, but {excluded[0][0]}", _PRINTS)
    elif not any(_conditions(one) for one in statements):
        message = "the role's trust policy names neither aws:SourceAccount nor aws:SourceArn: jobs of other"
        yield Finding(
            "P302",
            f"{message} accounts could make Bedrock use it",
            "warning",
            path="executor.role_arn",
            fix=f"limit it to this account's jobs; {_PRINTS}",
            source=_SOURCE,
        )


def not_asked(what: str, action: str, path: str) -> Finding:
    """A check that these credentials may not make."""
    return Finding(
        "P308",
        f"{what} could not be checked: you may not call {action}",
        "warning",
        path=path,
        fix=f"allow {action}, or go on: AWS checks it when the job starts",
    )


def _lets_bedrock(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = _listed(principal.get("Service")) if isinstance(principal, Mapping) else _listed(principal)
    actions = [str(action).lower() for action in _listed(statement.get("Action"))]
    assumes = any(action in ("sts:assumerole", "sts:*", "*") for action in actions)
    return statement.get("Effect") == "Allow" and assumes and bool({SERVICE, "*"} & set(services))


def _excludes(statement: Mapping[str, Any], account: str, region: str) -> Iterator[str]:
    """Conditions of the statement that this account's jobs do not meet."""
    job = f"arn:aws:bedrock:{region}:{account}:model-customization-job/x"
    for key, values in _conditions(statement):
        if key == "aws:sourceaccount" and account not in values:
            yield f"only for account {', '.join(values)}, and the job runs in {account}"
        if key == "aws:sourcearn" and not any(fnmatch.fnmatchcase(job, _arn(value)) for value in values):
            yield f"only for {', '.join(values)}, which no customization job of {account} in {region} is"


def _conditions(statement: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    blocks = statement.get("Condition")
    return [
        (str(key).lower(), [str(value) for value in _listed(values)])
        for block in (blocks.values() if isinstance(blocks, Mapping) else ())
        for key, values in block.items()
        if str(key).lower() in ("aws:sourceaccount", "aws:sourcearn")
    ]


def _arn(pattern: str) -> str:
    """IAM's `*` and `?` are those of fnmatch; its brackets are not special."""
    return pattern.replace("[", "[[]")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _finding(message: str, fix: str) -> Finding:
    return Finding("P302", message, path="executor.role_arn", fix=fix, source=_SOURCE)
