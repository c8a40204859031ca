"""The policies as JSON, Terraform or CloudFormation text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from runner.iam.policies import Needs, Role, caller_policy, job_role, lease_role, reasons

ROLES: Mapping[str, Callable[[Needs], Role]] = {"job_role": job_role, "lease_role": lease_role}
_NAMES = {"job_role": "bedrock-recipe-runner-job", "lease_role": "bedrock-recipe-runner-lease"}
_CALLER = "bedrock-recipe-runner-caller"


def as_json(needs: Needs) -> str:
    """One object: `caller`, `job_role` and, with hosting, `lease_role`, and why each statement is there."""
    roles = {
        name: {"purpose": role.purpose, "trust": role.trust, "policy": role.policy}
        for name, role in _roles(needs).items()
    }
    data = {"caller": caller_policy(needs), **roles, "why": reasons(needs)}
    return json.dumps(data, ensure_ascii=False, indent=2)


def as_terraform(needs: Needs) -> str:
    """A Terraform file: one policy for the caller, one role with its policy for each service."""
    blocks = [
        f'resource "aws_iam_policy" "caller" {{\n  name   = "{_CALLER}"\n'
        f"  policy = {_heredoc(caller_policy(needs))}\n}}"
    ]
    for name, role in _roles(needs).items():
        blocks.append(
            f'# {role.purpose}.\nresource "aws_iam_role" "{name}" {{\n'
            f'  name               = "{_NAMES[name]}"\n'
            f"  assume_role_policy = {_heredoc(role.trust)}\n}}"
        )
        blocks.append(
            f'resource "aws_iam_role_policy" "{name}" {{\n  name   = "{_NAMES[name]}"\n'
            f"  role   = aws_iam_role.{name}.id\n  policy = {_heredoc(role.policy)}\n}}"
        )
    return "\n\n".join(blocks)


def as_cloudformation(needs: Needs) -> str:
    """A CloudFormation template in YAML with the same resources."""
    import yaml

    resources: dict[str, Any] = {
        "Caller": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"ManagedPolicyName": _CALLER, "PolicyDocument": caller_policy(needs)},
        }
    }
    for name, role in _roles(needs).items():
        resources[name.title().replace("_", "")] = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": _NAMES[name],
                "AssumeRolePolicyDocument": dict(role.trust),
                "Policies": [{"PolicyName": _NAMES[name], "PolicyDocument": dict(role.policy)}],
            },
        }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    return str(yaml.dump(template, Dumper=_plain_dumper(), sort_keys=False, width=110)).rstrip("\n")


FORMATS: Mapping[str, Callable[[Needs], str]] = {
    "json": as_json,
    "terraform": as_terraform,
    "cloudformation": as_cloudformation,
}


def _roles(needs: Needs) -> dict[str, Role]:
    return {
        name: make(needs)
        for name, make in ROLES.items()
        if name != "lease_role" or "hosting" in needs.features
    }


def _heredoc(document: Mapping[str, Any]) -> str:
    # Terraform reads ${…} in a heredoc; IAM's own policy variables would have to be written $${…}.
    text = json.dumps(document, indent=2).replace("${", "$${")
    return f"<<-JSON\n{text}\n  JSON"


def _plain_dumper() -> Any:
    """A dumper without anchors: the same list twice is written twice, as people expect."""
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    return Plain
