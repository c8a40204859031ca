"""The caller's policy and the roles that AWS services assume, for one account, bucket and set of features."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from runner.resources import shipped

FEATURES = ("kms", "vpc", "distillation", "reinforcement", "hosting", "import")
"""What a statement may be for; statements without a feature are needed by every job."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What the policies are made for. What is not known stays a placeholder to fill in by hand."""

    account: str = "ACCOUNT_ID"
    region: str = "REGION"
    bucket: str = "BUCKET"
    job_role: str = "arn:aws:iam::ACCOUNT_ID:role/JOB_ROLE"
    lease_role: str = "arn:aws:iam::ACCOUNT_ID:role/LEASE_ROLE"
    kms_key: str = "KMS_KEY_ARN"
    teacher: str = "TEACHER_MODEL_ID"
    grader: str = "GRADER_LAMBDA_ARN"
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Role:
    """A role for a service: who may assume it, and what it may do. Both are IAM policy documents."""

    purpose: str
    trust: Mapping[str, Any]
    policy: Mapping[str, Any]


def caller_policy(needs: Needs) -> dict[str, Any]:
    """What the person or CI job that runs this tool must be allowed."""
    return _document(_facts()["caller"], needs)


def job_role(needs: Needs) -> Role:
    """The role that Bedrock assumes for a customization or import job."""
    return _role("job_role", "Bedrock reads the data and writes metrics with it", needs)


def lease_role(needs: Needs) -> Role:
    """The role that EventBridge Scheduler assumes to end hosting."""
    return _role("lease_role", "EventBridge Scheduler ends expired hosting with it", needs)


def reasons(needs: Needs) -> dict[str, str]:
    """Why each statement is there, by its Sid."""
    facts = _facts()
    groups = (facts["caller"], facts["job_role"]["statements"], facts["lease_role"]["statements"])
    return {entry["sid"]: entry["why"] for group in groups for entry in group if _wanted(entry, needs)}


def _role(name: str, purpose: str, needs: Needs) -> Role:
    facts = _facts()[name]
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": facts["service"]},
        "Action": "sts:AssumeRole",
        "Condition": _filled(facts["trust_condition"], needs),
    }
    return Role(purpose, _policy([trust]), _document(facts["statements"], needs))


def _document(entries: Iterable[Mapping[str, Any]], needs: Needs) -> dict[str, Any]:
    return _policy([_statement(entry, needs) for entry in entries if _wanted(entry, needs)])


def _statement(entry: Mapping[str, Any], needs: Needs) -> dict[str, Any]:
    condition = {"Condition": _filled(entry["condition"], needs)} if "condition" in entry else {}
    return {
        "Sid": entry["sid"],
        "Effect": "Allow",
        "Action": list(entry["actions"]),
        "Resource": _filled(entry["resources"], needs),
        **condition,
    }


def _policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _wanted(entry: Mapping[str, Any], needs: Needs) -> bool:
    return "when" not in entry or entry["when"] in needs.features


def _filled(value: Any, needs: Needs) -> Any:
    """The value with `{account}` and its like replaced, at any depth."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, needs) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, needs) for inner in value]
    return value.format_map({key: text for key, text in asdict(needs).items() if isinstance(text, str)})


@cache
def _facts() -> Any:
    return json.loads((shipped("schemas") / "iam.json").read_bytes())
