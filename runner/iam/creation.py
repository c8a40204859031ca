"""Creates the job role, or brings the one that it created before up to date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from runner.aws.connection import Connection
from runner.aws.refusals import error_code, explained
from runner.errors import RunnerError
from runner.iam.policies import Role

_TAG = {"Key": "runner:managed", "Value": "true"}
_POLICY = "bedrock-recipe-runner"


@dataclass(frozen=True, slots=True)
class Created:
    """The role as it stands now. `done` is `created`, `updated` or `unchanged`."""

    arn: str
    done: str


def create_role(connection: Connection, name: str, role: Role) -> Created:
    """Create the role `name`, or update the one that an earlier call created. Twice is like once.

    Errors: `RunnerError` when a role of that name was made by somebody else, or AWS refuses.
    """
    iam = connection.client("iam")
    with explained(f"making the role {name}"):
        found = _role(iam, name)
        if found is None and (made := _new(iam, name, role)):
            _put(iam, name, role)
            return Created(str(made["Arn"]), "created")
        found = found or _role(iam, name)
        if _TAG not in iam.list_role_tags(RoleName=name)["Tags"]:
            raise RunnerError(
                f"the role {name} exists and was not made by this tool; nothing was changed",
                fix="choose another name, or attach the policy that `runner doctor --iam` prints by hand",
            )
        changed = _document(found["AssumeRolePolicyDocument"]) != role.trust
        if changed:
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(role.trust))
        if _policy(iam, name) != role.policy:
            _put(iam, name, role)
            changed = True
        return Created(str(found["Arn"]), "updated" if changed else "unchanged")


def _role(iam: Any, name: str) -> Any:
    try:
        return iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        return None


def _new(iam: Any, name: str, role: Role) -> Any:
    """The new role; None when there is one by now: boto3 asks again when a reply is lost."""
    trust = json.dumps(role.trust)
    try:
        made = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=trust, Description=role.purpose, Tags=[_TAG]
        )
    except iam.exceptions.EntityAlreadyExistsException:
        return None
    return made["Role"]


def _policy(iam: Any, name: str) -> Any:
    """The inline policy as it is now; None after a crash between the role and its policy."""
    try:
        return _document(iam.get_role_policy(RoleName=name, PolicyName=_POLICY)["PolicyDocument"])
    except Exception as error:
        if error_code(error) != "NoSuchEntity":
            raise
        return None


def _put(iam: Any, name: str, role: Role) -> None:
    iam.put_role_policy(RoleName=name, PolicyName=_POLICY, PolicyDocument=json.dumps(role.policy))


def _document(value: Any) -> Any:
    # boto3 decodes the document already; another client of the same API need not.
    return json.loads(unquote(value)) if isinstance(value, str) else value
