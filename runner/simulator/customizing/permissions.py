"""Whether Bedrock may assume a job's role, and whether it reaches the job's buckets; roles are moto's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from runner.simulator import elsewhere
from runner.simulator.policy_language import decide
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import ACCOUNT, World

ASSUMED = rule(
    "A role that is not there or does not trust bedrock: 'Could not assume provided IAM role'",
    provenance="recorded",
    source="terraform-provider-aws custom_model.go; aws-samples/amazon-bedrock-workshop issue 367",
)
CONDITIONS = rule(
    "The trust policy's conditions on aws:SourceAccount and aws:SourceArn (the job's ARN) must hold",
    provenance="documented",
    source="user guide, model-customization-iam-role",
)
PROPAGATION = rule(
    "A new or changed role cannot be assumed for some seconds; the call must be repeated",
    provenance="recorded",
    source="terraform-provider-aws custom_model.go (propagationTimeout); how many seconds is assumed",
)
REACHES = rule(
    "The role needs s3:GetObject and s3:ListBucket on the data, s3:PutObject on the output",
    provenance="documented",
    source="user guide, model-customization-iam-role; the error's wording is assumed",
)


def require_assumable(world: World, role_arn: str, job_arn: str) -> dict[str, Any]:
    """The role. Errors: `Refused` (ValidationException)."""
    name = role_arn.rpartition("/")[2]
    role = elsewhere.role(name)
    if role is None or role["arn"] != role_arn or not _trusts(role["trust"], job_arn):
        raise Refused("ValidationException", "Could not assume provided IAM role.", rule=ASSUMED)
    changed = world.get("role-changed", name)
    if changed and world.seconds() < changed["at"] + world.setting("role_propagation_seconds"):
        raise Refused("ValidationException", "Could not assume provided IAM role.", rule=PROPAGATION)
    return role


def require_reach(role: dict[str, Any], action: str, resources: Iterable[str]) -> None:
    """Errors: `Refused` (ValidationException) naming the action and the resource."""
    policies = [(str(number), json.loads(text)) for number, text in enumerate(role["policies"])]
    for resource in resources:
        if decide(policies, action, resource, {}).word != "allowed":
            message = f"the role {role['arn']} is not allowed to {action} on {resource}"
            raise Refused("ValidationException", f"Could not validate permissions: {message}", rule=REACHES)


def _trusts(document: str, job_arn: str) -> bool:
    found = json.loads(document)["Statement"]
    statements = [
        {**each, "Resource": "*"}
        for each in (found if isinstance(found, list) else [found])
        if _names_bedrock(each.get("Principal", {}))
    ]
    context = {"aws:SourceAccount": (ACCOUNT,), "aws:SourceArn": (job_arn,)}
    return decide([("trust", {"Statement": statements})], "sts:AssumeRole", "*", context).word == "allowed"


def _names_bedrock(principal: Any) -> bool:
    services = principal if isinstance(principal, str) else principal.get("Service", [])
    return "bedrock.amazonaws.com" in services or services == "*"
