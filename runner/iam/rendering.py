"""The policies as JSON, Terraform or CloudFormation text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from runner.iam.policies import Needs, caller_policy, reasons, roles

_CALLER = "bedrock-recipe-runner-caller"
_POLICY = "bedrock-recipe-runner"


def as_json(needs: Needs) -> str:
    """One object: `caller`, `job_role` and, with hosting, `lease_role`, and why each statement is there."""
    made = {
        name: {"purpose": role.purpose, "trust": role.trust, "policy": role.policy}
        for name, role in roles(needs).items()
    }
    data = {"caller": caller_policy(needs), **made, "why": reasons(needs)}
    return json.dumps(data, indent=2)  # ASCII: no control character of a recipe reaches the terminal


def as_terraform(needs: Needs) -> str:
    """A Terraform file: one policy for the caller, one role with its policy for each service."""
    blocks = [
        f'resource "aws_iam_policy" "caller" {{\n  name   = "{_CALLER}"\n'
        f"  policy = {_heredoc(caller_policy(needs))}\n}}"
    ]
    for name, role in roles(needs).items():
        path, called = _path_and_name(needs, name)
        blocks.append(
            f'# {role.purpose}.\nresource "aws_iam_role" "{name}" {{\n'
            f"  name               = {_quoted(called)}\n"
            f"  path               = {_quoted(path)}\n"
            f"  assume_role_policy = {_heredoc(role.trust)}\n}}"
        )
        blocks.append(
            f'resource "aws_iam_role_policy" "{name}" {{\n  name   = "{_POLICY}"\n'
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
    for name, role in roles(needs).items():
        path, called = _path_and_name(needs, name)
        resources[name.title().replace("_", "")] = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": called,
                "Path": path,
                "AssumeRolePolicyDocument": dict(role.trust),
                "Policies": [{"PolicyName": _POLICY, "PolicyDocument": dict(role.policy)}],
            },
        }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    return str(yaml.dump(template, Dumper=_plain_dumper(), sort_keys=False, width=110)).rstrip("\n")


FORMATS: Mapping[str, Callable[[Needs], str]] = {
    "json": as_json,
    "terraform": as_terraform,
    "cloudformation": as_cloudformation,
}


def _path_and_name(needs: Needs, role: str) -> tuple[str, str]:
    """As the ARN has them that the caller's policy names: the caller may hand over this role alone."""
    (arn,) = needs.values[role]
    path, _, name = arn.partition(":role")[2].rpartition("/")
    return f"{path}/", name or arn


def _heredoc(document: Mapping[str, Any]) -> str:
    return f"<<-JSON\n{_escaped(json.dumps(document, indent=2))}\n  JSON"


def _quoted(text: str) -> str:
    return _escaped(json.dumps(text))


def _escaped(text: str) -> str:
    # Terraform reads ${…} and %{…}, in a heredoc too; IAM's own policy variables are written like the first.
    return text.replace("${", "$${").replace("%{", "%%{")


def _plain_dumper() -> Any:
    """A dumper without anchors: the same list twice is written twice, as people expect."""
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    return Plain
