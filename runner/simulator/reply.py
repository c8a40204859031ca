"""Replies on the wire: by the service model's shapes, status codes and error shapes."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from runner.simulator.members import moment
from runner.simulator.refused import COMMON_STATUS, Refused
from runner.simulator.rules import rule
from runner.simulator.wire import Target

MODELLED = rule(
    "Errors have the status of the service model: 404 not found, 403 denied, 429 throttled, 400 the rest",
    provenance="documented",
    source="botocore's service model: error.httpStatusCode",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def reply(target: Target, result: dict[str, Any]) -> Reply:
    """The operation's result; a member that the model does not know is a mistake of ours and raises."""
    model = target.model
    shape = model.output_shape
    status = int(model.http.get("responseCode", 200))
    if target.protocol == "query":
        return Reply(status, _xml_result(target, result), {"Content-Type": "text/xml"})
    headers = {"Content-Type": _content_type(target)}
    if shape is None:
        return Reply(status, b"", headers)
    body: Any = {}
    for name, value in _known(shape, result, target.operation):
        member = shape.members[name]
        wire_name = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "header":
                headers[wire_name] = str(value)
            case "statusCode":
                status = int(value)
            case _ if shape.serialization.get("payload") == name and member.type_name == "blob":
                return Reply(status, value, headers)
            case _:
                body[wire_name] = plain(member, value, f"{target.operation}.{name}", target.protocol)
    return Reply(status, json.dumps(body, ensure_ascii=False).encode(), headers)


def refusal(target: Target | None, error: Refused, signing_name: str = "") -> Reply:
    """An error of AWS's shape, in the service's protocol."""
    protocol = target.protocol if target else _protocol_of(signing_name)
    status = _status(target, error.code)
    if protocol == "rest-xml" and error.code == "ExpiredToken":
        status = 400  # S3's own: its list of error responses
    if protocol == "rest-xml":
        inner = f"<Code>{error.code}</Code><Message>{escape(error.message)}</Message>"
        text = f"<Error>{inner}<RequestId>simulated</RequestId></Error>"
        return Reply(status, text.encode(), {"Content-Type": "application/xml"})
    if protocol in {"query", "ec2"}:
        fault = "Sender" if status < 500 else "Receiver"
        inner = f"<Type>{fault}</Type><Code>{error.code}</Code><Message>{escape(error.message)}</Message>"
        text = f"<ErrorResponse><Error>{inner}</Error><RequestId>simulated</RequestId></ErrorResponse>"
        return Reply(status, text.encode(), {"Content-Type": "text/xml"})
    body = {"__type": error.code, "message": error.message, **error.members}
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
    return Reply(status, json.dumps(body, ensure_ascii=False).encode(), headers)


def plain(shape: Any, value: Any, path: str, protocol: str) -> Any:
    """A value as JSON, in the form that the shape asks for."""
    kind = shape.type_name
    if kind == "structure" and not shape.is_document_type:
        return {
            shape.members[name].serialization.get("name", name): plain(
                shape.members[name], item, f"{path}.{name}", protocol
            )
            for name, item in _known(shape, value, path)
        }
    if kind == "list":
        return [plain(shape.member, item, path, protocol) for item in value]
    if kind == "map":
        return {key: plain(shape.value, item, path, protocol) for key, item in value.items()}
    if kind == "timestamp":
        when = value if isinstance(value, datetime) else moment(value)
        if shape.serialization.get("timestampFormat") == "iso8601":
            return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return when.timestamp()
    if kind == "blob":
        return base64.b64encode(value).decode()
    return float(value) if isinstance(value, Decimal) else value


def _known(shape: Any, value: dict[str, Any], path: str) -> list[tuple[str, Any]]:
    unknown = sorted(value.keys() - shape.members.keys())
    if unknown:
        raise ValueError(
            f"the simulator's reply has members that AWS's has not: {path}: {', '.join(unknown)}"
        )
    return [(name, item) for name, item in value.items() if item is not None]


def _content_type(target: Target) -> str:
    version = target.model.service_model.metadata.get("jsonVersion")
    return f"application/x-amz-json-{version}" if target.protocol == "json" else "application/json"


def _protocol_of(signing_name: str) -> str:
    from runner.simulator.wire import SIGNED_AS, known_services, service_model

    service = SIGNED_AS.get(signing_name, (signing_name,))[0]
    return str(service_model(service).metadata["protocol"]) if service in known_services() else "json"


def _status(target: Target | None, code: str) -> int:
    for shape in target.model.error_shapes if target else ():
        if code in {shape.name, shape.metadata.get("error", {}).get("code")}:
            status = shape.metadata.get("error", {}).get("httpStatusCode")
            if status:
                return int(status)
    return COMMON_STATUS.get(code, 400)


def _xml_result(target: Target, result: dict[str, Any]) -> bytes:
    shape = target.model.output_shape
    inner = _xml(shape, result) if shape is not None else ""
    wrapper = (
        shape.serialization.get("resultWrapper", f"{target.operation}Result") if shape is not None else ""
    )
    text = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else ""
    meta = "<ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata>"
    return f"<{target.operation}Response>{text}{meta}</{target.operation}Response>".encode()


def _xml(shape: Any, value: Any) -> str:
    kind = shape.type_name
    if kind == "structure":
        return "".join(
            f"<{name}>{_xml(shape.members[name], item)}</{name}>"
            for name, item in _known(shape, value, shape.name)
        )
    if kind == "list":
        return "".join(f"<member>{_xml(shape.member, item)}</member>" for item in value)
    if kind == "map":
        entries = [
            f"<key>{escape(str(key))}</key><value>{_xml(shape.value, item)}</value>"
            for key, item in value.items()
        ]
        return "".join(f"<entry>{each}</entry>" for each in entries)
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "timestamp":
        when = value if isinstance(value, datetime) else moment(value)
        return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return escape(str(value))
