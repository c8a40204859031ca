"""The caller's policy and the roles that AWS services assume, for one account, bucket and set of features."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from runner.resources import shipped

FEATURES = ("kms", "vpc", "distillation", "reinforcement", "hosting", "import")
"""What a statement may be for; statements without a feature are needed by every job."""
ROLE_FEATURES = ("kms", "vpc", "distillation", "reinforcement", "import")
"""Those that the role of a job may be for; hosting has a role of its own."""
JOB_ROLE, LEASE_ROLE = "bedrock-recipe-runner-job", "bedrock-recipe-runner-lease"
"""The roles' names where nobody chose another; `runner deploy` looks for the second."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Needs:
    """What the policies are made for. What is not known stays a placeholder to fill in by hand."""

    account: str = "ACCOUNT_ID"
    region: str = "REGION"
    bucket: str = "BUCKET"
    """Of the results, and of the data where no other is named."""
    data_bucket: str = ""
    read_buckets: tuple[str, ...] = ()
    """Of what the job only reads: logs, further validation files."""
    job_role: str = ""
    """The role's ARN; empty: one of the tool's own name."""
    kms_key: str = "KMS_KEY_ARN"
    teacher: str = "TEACHER_MODEL_ID"
    grader: str = "GRADER_LAMBDA_ARN"
    features: frozenset[str] = frozenset()

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """What stands for each `{name}` of the statements; a resource is repeated for each of several."""
        own = f"arn:aws:iam::{self.account}:role/"
        return {
            "account": (self.account,),
            "region": (self.region,),
            "bucket": (self.bucket,),
            "data_bucket": (self.data_bucket or self.bucket,),
            "read_bucket": self.read_buckets,
            "job_role": (self.job_role or own + JOB_ROLE,),
            "lease_role": (own + LEASE_ROLE,),
            "kms_key": (self.kms_key,),
            "teacher": (self.teacher,),
            "grader": (self.grader,),
        }


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


def roles(needs: Needs) -> dict[str, Role]:
    """Every role that is needed, by its name in `schemas/iam.json`."""
    made = {"job_role": job_role, "lease_role": lease_role}
    return {name: make(needs) for name, make in made.items() if _wanted(_facts()[name], needs)}


def reasons(needs: Needs) -> dict[str, str]:
    """Why each statement is there, by its Sid."""
    facts = _facts()
    groups = [facts["caller"], *(facts[role]["statements"] for role in roles(needs))]
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
        return list(dict.fromkeys(text for template in value for text in _each(template, needs)))
    (text,) = _each(value, needs)
    return text


def _each(template: str, needs: Needs) -> list[str]:
    """The text once for every value of what it names."""
    names = list(dict.fromkeys(_PLACEHOLDER.findall(template)))
    chosen = product(*(needs.values[name] for name in names))
    return [template.format_map(dict(zip(names, values, strict=True))) for values in chosen]


@cache
def _facts() -> Any:
    return json.loads((shipped("schemas") / "iam.json").read_bytes())
