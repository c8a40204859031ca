"""Faults that a test or a person asks for, by operation; they are documents, so a daemon keeps them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from runner.simulator.refused import Refused
from runner.simulator.reply import Reply
from runner.simulator.wire import Call, Target
from runner.simulator.world import ACCOUNT, World

Kind = Literal[
    "throttle", "5xx", "delay", "reset", "commit then drop", "truncated", "access denied", "expired token"
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next `times` calls of an operation (`*`: of any)."""

    operation: str
    kind: str
    times: int = 1
    seconds: float = 0.0
    """How long a `delay` takes, in real seconds."""
    skip: int = 0
    """Calls that pass before the first faulty one."""


class Dropped(Exception):
    """The connection is to be reset, with nothing sent."""


def add(world: World, fault: Fault) -> None:
    """Let it happen from the next call on."""
    if fault.kind not in KINDS:
        raise ValueError(f"no such fault: {fault.kind!r}; there are: {', '.join(KINDS)}")
    with world.transaction():
        number = (world.get("world", "faults") or {"last": 0})["last"] + 1
        world.put("world", "faults", {"last": number})
        world.put("fault", f"{number:09}", {**asdict(fault), "number": number})


def standing(world: World) -> list[dict[str, Any]]:
    """The faults that are still to happen."""
    return world.find("fault")


def clear(world: World) -> None:
    """No faults any more."""
    with world.transaction():
        for each in world.find("fault"):
            world.delete("fault", f"{each['number']:09}")


def taken(world: World, operation: str) -> Fault | None:
    """The fault that this call meets, used up by it."""
    with world.transaction():
        for each in world.find("fault"):
            if each["operation"] not in {operation, "*"}:
                continue
            key = f"{each['number']:09}"
            if each["skip"] > 0:
                world.put("fault", key, {**each, "skip": each["skip"] - 1})
                continue
            if each["times"] <= 1:
                world.delete("fault", key)
            else:
                world.put("fault", key, {**each, "times": each["times"] - 1})
            return Fault(operation, each["kind"], 1, each["seconds"])
    return None


def before(fault: Fault, target: Target | None, call: Call) -> None:
    """What a fault does to a call before it is processed. Errors: `Refused`, `Dropped`."""
    protocol = target.protocol if target else ""
    xml = protocol in {"rest-xml", "query"}
    match fault.kind:
        case "throttle":
            code = {"rest-xml": "SlowDown", "query": "Throttling"}.get(protocol, "ThrottlingException")
            raise Refused(code, "Too many requests, please wait before trying again.")
        case "5xx":
            code = "InternalError" if xml else "InternalServerException"
            raise Refused(code, "The request processing has failed because of an unknown error.")
        case "access denied":
            raise Refused("AccessDenied" if xml else "AccessDeniedException", _denial(target, call))
        case "expired token":
            code = "ExpiredToken" if xml else "ExpiredTokenException"
            raise Refused(code, "The security token included in the request is expired")
        case "reset":
            raise Dropped
        case "delay":
            import time

            time.sleep(fault.seconds)


def _denial(target: Target | None, call: Call) -> str:
    """AWS's sentence; its form is as in aws-samples/amazon-bedrock-workshop issue 233."""
    operation = target.operation if target else call.method
    resource = "*"
    if target and target.service == "s3" and "Bucket" in target.labels:
        resource = "arn:aws:s3:::" + "/".join(filter(None, map(target.labels.get, ("Bucket", "Key"))))
    elif operation == "CreateModelCustomizationJob":
        resource = f"arn:aws:bedrock:{call.region}:{ACCOUNT}:model-customization-job/*"
    action = f"{call.signing_name}:{operation}"
    return (
        f"User: arn:aws:iam::{ACCOUNT}:user/simulated is not authorized to perform: {action} "
        f"on resource: {resource} because no identity-based policy allows the {action} action"
    )


def after(fault: Fault, made: Reply) -> Reply:
    """What a fault does to the reply of a call that was processed. Errors: `Dropped`."""
    if fault.kind == "commit then drop":
        raise Dropped
    if fault.kind == "truncated":
        return Reply(made.status, _cut(made.body), made.headers)
    return made


def _cut(body: bytes) -> bytes:
    """Cut, yet well-formed HTTP: botocore takes a cut JSON reply for an empty success."""
    try:
        json.loads(body)
    except ValueError:
        return body[: len(body) // 2]
    return b"{}"
