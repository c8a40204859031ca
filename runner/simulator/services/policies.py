"""Policy simulation: SimulatePrincipalPolicy, SimulateCustomPolicy, over the users and roles of moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from runner.simulator.policy_language import Context, decide
from runner.simulator.refused import NotSimulated, Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

SERVICE = "iam"
Policies = list[tuple[str, dict[str, Any]]]

DENY_WINS = rule(
    "An explicit deny wins over any allow; without an allow the answer is implicitDeny",
    provenance="documented",
    source="IAM user guide: Policy evaluation logic",
)
ALL_POLICIES = rule(
    "Inline and attached policies of the user or role, and of the user's groups, are evaluated together",
    provenance="documented",
    source="IAM API reference: SimulatePrincipalPolicy",
)
NO_SESSION = rule(
    "The principal is a user, group or role; the ARN of an assumed-role session is refused",
    provenance="documented",
    source="IAM API reference: SimulatePrincipalPolicy, PolicySourceArn",
)
MISSING_CONTEXT = rule(
    "A condition whose key is not among the context entries does not hold, and the key is named as missing",
    provenance="documented",
    source="IAM API reference: MissingContextValues",
)
IDENTITY_ONLY = rule(
    "Resource policies, permission boundaries and service control policies are not evaluated",
    provenance="assumed",
    source="a limit of this simulation: a request that brings a resource policy or boundary is not simulated",
)


def simulate_principal_policy(_world: World, request: Request) -> dict[str, Any]:
    """What the policies of a principal say of actions on resources."""
    arn = request.params["PolicySourceArn"]
    if ":sts:" in arn or not arn.startswith("arn:"):
        message = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        raise Refused("InvalidInput", message, rule=NO_SESSION)
    return _evaluated(request, [*policies_of(arn, request.account), *_given(request)])


def simulate_custom_policy(_world: World, request: Request) -> dict[str, Any]:
    """What given policies say of actions on resources."""
    return _evaluated(request, list(_given(request)))


def policies_of(arn: str, account: str) -> Policies:
    """The policies of a user, group or role that moto holds, by name. Errors: NoSuchEntity."""
    kind, _, path = arn.rpartition(":")[2].partition("/")
    name = path.rpartition("/")[2]
    from moto.iam.models import iam_backends

    backend = iam_backends[account]["aws"]
    held: Any = {"user": backend.users, "group": backend.groups, "role": backend.roles}
    holder = next((each for each in held.get(kind, {}).values() if each.name == name), None)
    if holder is None:
        raise Refused("NoSuchEntity", f"The {kind} with name {name} cannot be found.")
    found = list(_policies(holder))
    if kind == "user":
        for group in backend.get_groups_for_user(name):
            found += _policies(group)
    return found


def _policies(holder: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, document in holder.policies.items():
        yield name, _document(document)
    for policy in holder.managed_policies.values():
        default = next(each for each in policy.versions if each.version_id == policy.default_version_id)
        yield policy.name, _document(default.document)


def _given(request: Request) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, text in enumerate(request.params.get("PolicyInputList", ()), 1):
        yield f"PolicyInputList.{number}", _document(text)


def _document(text: Any) -> dict[str, Any]:
    if isinstance(text, dict):
        return text
    text = str(text)
    try:
        found: dict[str, Any] = json.loads(text if text.lstrip().startswith("{") else unquote(text))
    except ValueError:
        raise Refused("InvalidInput", "The policy is not valid JSON") from None
    return found


def _evaluated(request: Request, policies: Policies) -> dict[str, Any]:
    params = request.params
    for member in ("ResourcePolicy", "PermissionsBoundaryPolicyInputList"):
        if params.get(member):
            raise NotSimulated(f"{member} in a policy simulation")
    context: Context = {
        entry["ContextKeyName"]: tuple(map(str, entry.get("ContextKeyValues", ())))
        for entry in params.get("ContextEntries", ())
    }
    results = [
        _result(policies, action, resource, context)
        for action in params["ActionNames"]
        for resource in params.get("ResourceArns") or ["*"]
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _result(policies: Policies, action: str, resource: str, context: Context) -> dict[str, Any]:
    decision = decide(policies, action, resource, context)
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": decision.word,
        "MatchedStatements": [
            {"SourcePolicyId": name, "SourcePolicyType": "IAM Policy"} for name in decision.by
        ],
        "MissingContextValues": sorted(decision.missing),
    }
