"""The members of a request, from path, query, headers and body, typed by the service model."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.wire import Call, Target

UNKNOWN = rule(
    "A member that the service model does not know, or one of another type, is a SerializationException",
    provenance="assumed",
    source="AWS may ignore unknown members; boto3 refuses to send them",
)


def members(target: Target, call: Call, body: bytes) -> dict[str, Any]:
    """What was asked, as the operation's function gets it."""
    shape = target.model.input_shape
    if shape is None:
        return {}
    if target.protocol == "query":
        return _from_form(shape, body)
    found: dict[str, Any] = {}
    in_body = {}
    for name, member in shape.members.items():
        place = member.serialization
        wire_name = place.get("name", name)
        match place.get("location"):
            case "uri":
                found[name] = _from_text(member, [target.labels[name]], name)
            case "querystring":
                if wire_name in call.query:
                    found[name] = _from_text(member, call.query[wire_name], name)
            case "header":
                if wire_name.lower() in call.headers:
                    found[name] = _from_text(member, [call.headers[wire_name.lower()]], name)
            case _:
                in_body[wire_name] = (name, member)
    payload = shape.serialization.get("payload")
    if payload:
        found[payload] = _payload(shape.members[payload], body, payload)
    elif in_body:
        found.update(_structure(in_body, _json(body), ""))
    return found


def _json(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Refused("SerializationException", "The body is not valid JSON") from None


def _payload(shape: Any, body: bytes, path: str) -> Any:
    return body if shape.type_name == "blob" else typed(shape, _json(body), path)


def _structure(expected: dict[str, tuple[str, Any]], value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused("SerializationException", f"{path or 'the body'} must be an object")
    unknown = sorted(value.keys() - expected.keys())
    if unknown:
        words = f"{path or 'the body'} has unknown members: {', '.join(unknown)}"
        raise Refused("SerializationException", words, rule=UNKNOWN)
    return {
        expected[key][0]: typed(expected[key][1], item, f"{path}.{key}" if path else key)
        for key, item in value.items()
        if item is not None
    }


def typed(shape: Any, value: Any, path: str) -> Any:
    """A JSON value as the shape's type. Errors: `Refused` (SerializationException) for another type."""
    kind = shape.type_name
    if kind == "structure":
        if shape.is_document_type:
            return value
        return _structure(
            {
                member.serialization.get("name", name): (name, member)
                for name, member in shape.members.items()
            },
            value,
            path,
        )
    expected = _JSON_TYPES.get(kind)
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected)):
        raise Refused("SerializationException", f"{path} must be a {kind}")
    if kind == "list":
        return [typed(shape.member, item, f"{path}.{index + 1}.member") for index, item in enumerate(value)]
    if kind == "map":
        return {key: typed(shape.value, item, f"{path}.{key}") for key, item in value.items()}
    if kind == "blob":
        return _bytes(value, path)
    if kind == "timestamp":
        return moment(value)
    return value


def _bytes(value: str, path: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        raise Refused("SerializationException", f"{path} must be base64") from None


_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "map": (dict,),
}


def moment(value: Any) -> datetime:
    """A timestamp however it is written."""
    from botocore.utils import parse_timestamp

    try:
        return parse_timestamp(value)
    except (ValueError, TypeError):
        raise Refused("SerializationException", f"{value!r} is not a timestamp") from None


def _from_text(shape: Any, values: list[str], path: str) -> Any:
    kind = shape.type_name
    if kind == "list":
        return [_from_text(shape.member, [each], path) for each in values]
    value = values[0]
    try:
        if kind in {"integer", "long"}:
            return int(value)
        if kind in {"float", "double"}:
            return float(value)
    except ValueError:
        raise Refused("SerializationException", f"{path} must be a {kind}") from None
    if kind == "boolean":
        return value.lower() == "true"
    return moment(value) if kind == "timestamp" else value


def _from_form(shape: Any, body: bytes) -> dict[str, Any]:
    """The members of the query protocol: `ActionNames.member.1=s3:GetObject`."""
    from urllib.parse import parse_qsl

    tree: dict[str, Any] = {}
    for key, value in parse_qsl(body.decode(), keep_blank_values=True):
        place = tree
        *outer, last = key.split(".")
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return {
        name: _form_value(member, tree[wire])
        for name, member in shape.members.items()
        if (wire := member.serialization.get("name", name)) in tree
    }


def _form_value(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        return {
            name: _form_value(member, value[wire])
            for name, member in shape.members.items()
            if (wire := member.serialization.get("name", name)) in value
        }
    if shape.type_name == "list":
        inner = value if shape.serialization.get("flattened") else (value or {}).get("member", {})
        return [_form_value(shape.member, inner[key]) for key in sorted(inner, key=int)] if inner else []
    return _from_text(shape, [value], "")
