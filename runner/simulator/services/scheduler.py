"""EventBridge Scheduler: one-time schedules that call an API of the simulated AWS at their time.

They fire on the simulated clock, in the order of their times, whoever is or is not running then.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import ACCOUNT, Request, World

SERVICE = "scheduler"
KIND = "schedule"
_UNIVERSAL = re.compile(r"arn:aws:scheduler:::aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_TRIES_FOR_SECONDS = 86400.0

ONCE = rule(
    "A schedule's name is unique in its group; a second one is refused",
    provenance="documented",
    source="EventBridge Scheduler API: CreateSchedule, ConflictException",
)
UNIVERSAL = rule(
    "A universal target names service and action; its input names members in PascalCase",
    provenance="documented",
    source="Scheduler guide managing-targets-universal.html; public Terraform for bedrockagent and ecs",
)
ASSUMED_ROLE = rule(
    "The target's role must exist and trust scheduler.amazonaws.com",
    provenance="documented",
    source="Scheduler guide setting-up.html: execution role",
)
RETRIED = rule(
    "A call that is refused is repeated for up to 24 hours",
    provenance="documented",
    source="Scheduler API: RetryPolicy, MaximumEventAgeInSeconds 86400 and 185 attempts unless stated",
)


def create_schedule(world: World, request: Request) -> dict[str, Any]:
    """A new schedule."""
    key = _key(request)
    found = world.get(KIND, key)
    if found is not None:
        token = request.params.get("ClientToken")
        if token and found["params"].get("ClientToken") == token:
            return {"ScheduleArn": found["arn"]}
        raise Refused("ConflictException", f"Schedule {request.params['Name']} already exists.", rule=ONCE)
    return _written(world, request, key)


def update_schedule(world: World, request: Request) -> dict[str, Any]:
    """Replace everything of a schedule."""
    _found(world, request)
    return _written(world, request, _key(request))


def get_schedule(world: World, request: Request) -> dict[str, Any]:
    """One schedule."""
    found = _found(world, request)
    shown = {name: value for name, value in found["params"].items() if name != "ClientToken"}
    times = {"CreationDate": world.stamp(found["made"]), "LastModificationDate": world.stamp(found["made"])}
    return {**shown, "Arn": found["arn"], "GroupName": found["group"], "State": "ENABLED", **times}


def list_schedules(world: World, request: Request) -> dict[str, Any]:
    """All of a region whose names begin so."""
    prefix = request.params.get("NamePrefix", "")
    found = [
        {
            "Arn": each["arn"],
            "Name": each["name"],
            "GroupName": each["group"],
            "State": "ENABLED",
            "CreationDate": world.stamp(each["made"]),
            "LastModificationDate": world.stamp(each["made"]),
            "Target": {"Arn": each["params"]["Target"]["Arn"]},
        }
        for each in world.find(KIND, region=request.region)
        if each["name"].startswith(prefix)
    ]
    return {"Schedules": found}


def delete_schedule(world: World, request: Request) -> dict[str, Any]:
    """Remove one."""
    _found(world, request)
    world.delete(KIND, _key(request))
    return {}


def settle(world: World) -> None:
    """Fire what is due, the earliest first."""
    due = [each for each in world.find(KIND) if each["at"] <= world.seconds() and not each["fired"]]
    for each in sorted(due, key=lambda one: one["at"]):
        _fire(world, each)


def _fire(world: World, schedule: dict[str, Any]) -> None:
    target = schedule["params"]["Target"]
    service, action = _target(target["Arn"])
    members = {name[0].lower() + name[1:]: value for name, value in json.loads(target["Input"]).items()}
    try:
        _call(world, service, action, members, schedule)
    except Refused as refused:
        again = world.seconds() < schedule["at"] + _TRIES_FOR_SECONDS
        if again and refused.code != "ResourceNotFoundException":
            return
    if schedule["params"].get("ActionAfterCompletion") == "DELETE":
        world.delete(KIND, schedule["key"])
    else:
        world.put(KIND, schedule["key"], {**schedule, "fired": True})


def _call(world: World, service: str, action: str, members: dict[str, Any], schedule: dict[str, Any]) -> None:
    from runner.simulator.bedrock import throughput
    from runner.simulator.hosted import one
    from runner.simulator.topics import operations

    name = action[0].upper() + action[1:]
    region = schedule["region"]
    throughput.settle(world)
    if name == "DeleteProvisionedModelThroughput":
        # The clock may have jumped past the time: the bill ends when the schedule was due.
        found = one(world, throughput.KIND, members["provisionedModelId"], region)
        if found["status"] != "Creating" and (found["until"] or 0) <= schedule["at"]:
            throughput.remove(world, found, max(schedule["at"], found["made"]))
            world.calls.append(name)
            return
    operations()[service, name](world, Request(service, name, members, region))
    world.calls.append(name)


def _written(world: World, request: Request, key: str) -> dict[str, Any]:
    params = request.params
    at = _AT.fullmatch(params["ScheduleExpression"])
    if not at:
        raise Refused("ValidationException", f"Invalid Schedule Expression {params['ScheduleExpression']}.")
    service, action = _target(params["Target"]["Arn"])
    _require_target(service, action, params["Target"].get("Input", ""))
    _require_role(params["Target"]["RoleArn"])
    group = params.get("GroupName", "default")
    name = params["Name"]
    arn = f"arn:aws:scheduler:{request.region}:{ACCOUNT}:schedule/{group}/{name}"
    due = datetime.fromisoformat(at.group(1)).replace(tzinfo=UTC).timestamp()
    plain = {member: value for member, value in params.items() if not isinstance(value, datetime)}
    document = {
        "key": key, "arn": arn, "name": name, "group": group, "region": request.region,
        "at": due, "made": world.seconds(), "fired": False, "params": plain,
    }  # fmt: skip
    world.put(KIND, key, document)
    return {"ScheduleArn": arn}


def _target(arn: str) -> tuple[str, str]:
    match = _UNIVERSAL.fullmatch(arn)
    if not match:
        raise Refused("ValidationException", f"{arn} is not a target that is simulated.", rule=UNIVERSAL)
    return match[1], match[2]


def _require_target(service: str, action: str, text: str) -> None:
    """The action exists, and the input has its members, spelled with a capital letter."""
    from runner.simulator.topics import operations
    from runner.simulator.wire import service_model

    name = action[0].upper() + action[1:]
    if action[0].isupper() or (service, name) not in operations():
        raise Refused("ValidationException", f"{action} is not an action of {service}.", rule=UNIVERSAL)
    shape = service_model(service).operation_model(name).input_shape
    expected = {member[0].upper() + member[1:] for member in shape.members}
    required = {member[0].upper() + member[1:] for member in shape.required_members}
    try:
        given = set(json.loads(text))
    except ValueError:
        raise Refused("ValidationException", "The target's input is not JSON.", rule=UNIVERSAL) from None
    if given - expected or required - given:
        raise Refused("ValidationException", f"The input must have {sorted(required)}.", rule=UNIVERSAL)


def _require_role(arn: str) -> None:
    from runner.simulator.hosted import trusted_services

    if "scheduler.amazonaws.com" not in trusted_services(arn):
        message = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        raise Refused("ValidationException", message, rule=ASSUMED_ROLE)


def _key(request: Request) -> str:
    group = request.params.get("GroupName", "default")
    return f"{request.region}/{group}/{request.params['Name']}"


def _found(world: World, request: Request) -> dict[str, Any]:
    found = world.get(KIND, _key(request))
    if found is None:
        raise Refused("ResourceNotFoundException", f"Schedule {request.params['Name']} does not exist.")
    return found
