"""The lease: a one-time schedule at AWS that deletes what is hosted, even if nobody is there to do it.

EventBridge Scheduler calls Bedrock's own delete operation with a role that may do only that. The schedule is
made before the thing it deletes, so there is no moment in which the thing exists without an end; therefore it
names the thing, whose ARN is not known yet. It tries for a day, and deletes itself when it is done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from runner.aws.calls import PROPAGATION_SECONDS, Refused, call, look
from runner.bedrock.cloud import Cloud
from runner.errors import RunnerError
from runner.hosting.home import stamp
from runner.hosting.things import description
from runner.ledger import Entry, Ledger

ROLE = "bedrock-recipe-runner-lease"
_TARGETS = {
    "provisioned-throughput": ("deleteProvisionedModelThroughput", "ProvisionedModelId"),
    "deployment": ("deleteCustomModelDeployment", "CustomModelDeploymentIdentifier"),
}
_PREFIXES = {"provisioned-throughput": "runner-pt-", "deployment": "runner-od-"}


@dataclass(frozen=True, slots=True)
class Lease:
    """When what ends, and who is allowed to end it."""

    ends: datetime
    role_arn: str


def role_for(cloud: Cloud, stated: str, *, create: bool) -> str:
    """The ARN of the role that the scheduler uses: the stated one, or the tool's own.

    Errors: `RunnerError` when there is none and it may not be made.
    """
    if stated:
        return stated
    iam = cloud.client("iam")
    try:
        return str(look("looking for the lease's role", iam.get_role, RoleName=ROLE)["Role"]["Arn"])
    except Refused as refused:
        if refused.code not in ("NoSuchEntity", "NoSuchEntityException"):
            raise
    if not create and not cloud.simulator:
        raise RunnerError(
            f"the lease needs a role that EventBridge Scheduler can use, and there is no {ROLE}",
            fix="--create-lease-role makes it (it may delete deployments and throughput, nothing else), "
            "or name one: --lease-role ARN",
        )
    return _created(cloud)


def keep(cloud: Cloud, ledger: Ledger, thing: Entry, lease: Lease) -> Entry:
    """Make the schedule that deletes `thing`, or move the one that is there. Returns its ledger entry."""
    entry = ledger.intend(_entry(thing, lease))
    scheduler = cloud.client("scheduler")
    request = _request(thing, lease)
    what = f"leasing {thing.name} until {stamp(lease.ends)}"

    def create() -> Any:
        try:
            return call(what, scheduler.create_schedule, needs=("ScheduleArn",), **request)
        except Refused as refused:
            if refused.code != "ConflictException":
                raise
            return call(what, scheduler.update_schedule, needs=("ScheduleArn",), **request)

    try:
        reply = _once_the_role_is_known(create, bool(cloud.simulator))
    except Refused:
        ledger.gone(entry, "refused by AWS")
        raise
    return ledger.made(replace(entry, expires=stamp(lease.ends)), str(reply["ScheduleArn"]))


def schedule_name(kind: str, thing: str) -> str:
    """The schedule's name, of at most 64 characters: one for each kind, since a model may have both."""
    return f"{_PREFIXES[kind]}{thing}"


def _entry(thing: Entry, lease: Lease) -> Entry:
    return replace(
        thing, kind="schedule", name=schedule_name(thing.kind, thing.name), arn="", token="",
        usd="0", per="month", expires=stamp(lease.ends), state="intended", id=0,
    )  # fmt: skip


def _request(thing: Entry, lease: Lease) -> dict[str, Any]:
    action, member = _TARGETS[thing.kind]
    return {
        "Name": schedule_name(thing.kind, thing.name),
        "Description": description(thing.tags),
        "ScheduleExpression": f"at({stamp(lease.ends).removesuffix('Z')})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": f"arn:aws:scheduler:::aws-sdk:bedrock:{action}",
            "RoleArn": lease.role_arn,
            # Universal targets spell the members of every API with a capital letter.
            "Input": json.dumps({member: thing.name}),
        },
    }


def _once_the_role_is_known(create: Callable[[], Any], simulated: bool) -> Any:
    """A role that was made a moment ago is refused until IAM has spread the word."""
    deadline = time.monotonic() + PROPAGATION_SECONDS
    while True:
        try:
            return create()
        except Refused as refused:
            unknown = refused.code == "ValidationException" and "assume the role" in refused.reason
            if not unknown or time.monotonic() > deadline:
                raise
        time.sleep(0.1 if simulated else 5)


def _created(cloud: Cloud) -> str:
    iam = cloud.client("iam")
    name = "making the lease's role"
    try:
        reply = call(
            name, iam.create_role, RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust(cloud.account))
        )
    except Refused as refused:
        if refused.code != "EntityAlreadyExists":
            raise
        reply = look(name, iam.get_role, RoleName=ROLE)
    policy = json.dumps(permissions(cloud.account))
    call(name, iam.put_role_policy, RoleName=ROLE, PolicyName="delete-what-is-hosted", PolicyDocument=policy)
    return str(reply["Role"]["Arn"])


def trust(account: str) -> dict[str, Any]:
    """Who may use the lease's role: the scheduler, for this account."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "scheduler.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            }
        ],
    }


def permissions(account: str) -> dict[str, Any]:
    """What the lease's role may do: delete what is hosted, and nothing else."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["bedrock:DeleteProvisionedModelThroughput", "bedrock:DeleteCustomModelDeployment"],
                "Resource": [
                    f"arn:aws:bedrock:*:{account}:provisioned-model/*",
                    f"arn:aws:bedrock:*:{account}:custom-model-deployment/*",
                ],
            }
        ],
    }
