"""The WSGI application: finds the operation, checks the request, runs its function or moto, adds faults."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from runner.simulator import control, elsewhere, faults, keeping, topics
from runner.simulator.constraints import require_valid
from runner.simulator.members import members
from runner.simulator.refused import NotSimulated, Refused
from runner.simulator.reply import Reply, refusal, reply
from runner.simulator.wire import Call, Target, call_from, identified
from runner.simulator.world import Request, World

NOT_SIMULATED = "SimulatorNotImplemented"
"""The error code, with HTTP 501, of what nobody here implements. botocore does not retry it."""
BROKEN = "SimulatorBug"
_NAMED_IN_BODY = {"iam", "sts", "ec2", "monitoring"}
"""Signing names of the query protocol, whose bodies name the operation."""

Start = Callable[..., Any]


def application(world: World) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """The whole simulated AWS of one world."""

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if control.is_for(environ):
            made = control.answered(world, environ)
        else:
            try:
                made = _answered(world, environ)
            except faults.Dropped:
                environ["simulator.drop"]()
                raise ConnectionResetError("dropped on purpose") from None
        return _sent(made, environ, start)

    return answer


def _answered(world: World, environ: dict[str, Any]) -> Reply:
    call = call_from(environ)
    target, body = _identified(call, environ)
    name = target.operation if target else f"{call.signing_name or 'unsigned'} {call.method} {call.path}"
    world.calls.append(name)
    try:
        fault = faults.taken(world, name)
        if fault:
            try:
                faults.before(fault, target, call)
            except (Refused, faults.Dropped):
                _drain(environ)
                raise
        made = _processed(world, environ, call, target, body)
        return faults.after(fault, made) if fault else made
    except Refused as error:
        return refusal(target, error, call.signing_name)
    except NotSimulated as error:
        return _loud(world, target, call, NOT_SIMULATED, f"{name} is not simulated: {error}")
    except faults.Dropped:
        raise
    except Exception:
        return _loud(
            world, target, call, BROKEN, f"{name} failed inside the simulator:\n{traceback.format_exc()}"
        )


def _identified(call: Call, environ: dict[str, Any]) -> tuple[Target | None, bytes]:
    """The operation, and the body; an object on its way to S3 stays a stream for moto."""
    if call.signing_name == "s3":
        target = identified(call)
        return target, b"" if target and "Key" in target.labels else _body(environ)
    body = _body(environ)
    return identified(call, _action(body) if call.signing_name in _NAMED_IN_BODY else ""), body


def _processed(
    world: World, environ: dict[str, Any], call: Call, target: Target | None, body: bytes
) -> Reply:
    function = topics.operations().get((target.service, target.operation)) if target else None
    if target is None or function is None:
        if call.signing_name not in elsewhere.SERVICES:
            raise NotSimulated("there is no function for it, and moto is not asked for this service")
        if target is not None and elsewhere.lacks(target.service, target.operation):
            raise NotSimulated("moto would take it for another operation")
        return keeping.asked(world, environ, call, target, body)
    params = members(target, call, body)
    require_valid(target.model.input_shape, params)
    asked = Request(target.service, target.operation, params, call.region, headers=call.headers, body=body)
    with world.transaction():
        topics.settle(world)
    with world.transaction():
        result = function(world, asked)
        return reply(target, result or {})


def _loud(world: World, target: Target | None, call: Call, code: str, message: str) -> Reply:
    world.problems.append(message)
    made = refusal(target, Refused(code, message), call.signing_name)
    return Reply(501, made.body, made.headers)


def _body(environ: dict[str, Any]) -> bytes:
    """Read the body, and leave it to be read again."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        body = environ["wsgi.input"].read(int(length))
    else:
        body = environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return bytes(body)


def _drain(environ: dict[str, Any]) -> None:
    """A body that nobody reads would be taken for the next request of the connection."""
    _body(environ)


def _action(body: bytes) -> str:
    from urllib.parse import parse_qs

    return parse_qs(body.decode(errors="replace")).get("Action", [""])[0]


def _sent(made: Reply, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    headers = {name: value for name, value in made.headers.items() if name.lower() != "content-length"}
    length = str(len(made.body))
    if environ["REQUEST_METHOD"] == "HEAD":  # moto states the length of what it does not send
        length = next((v for k, v in made.headers.items() if k.lower() == "content-length"), "0")
    headers["Content-Length"] = length
    headers.setdefault("x-amzn-RequestId", "simulated")
    try:
        phrase = HTTPStatus(made.status).phrase
    except ValueError:
        phrase = "Unknown"
    start(f"{made.status} {phrase}", list(headers.items()))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [made.body]
