"""Which operation a request is, by botocore's service model: signing name, method, raw path and query."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

SIGNED_AS = {
    "bedrock": ("bedrock", "bedrock-runtime"),
    "servicequotas": ("service-quotas",),
    "monitoring": ("cloudwatch",),
    "tagging": ("resourcegroupstaggingapi",),
}
"""Services by the name they sign with, where it is not botocore's own name."""


@functools.cache
def service_model(service: str) -> Any:
    """botocore's description of a service."""
    import botocore.session

    return _session(botocore.session).get_service_model(service)


@functools.cache
def _session(module: Any) -> Any:
    return module.get_session()


@functools.cache
def known_services() -> frozenset[str]:
    """Every service that botocore describes."""
    import botocore.session

    return frozenset(_session(botocore.session).get_available_services())


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came in, before its members are read."""

    method: str
    path: str
    """As sent: an ARN in it is escaped."""
    query: dict[str, list[str]]
    headers: dict[str, str]
    """Names in lower case."""
    signing_name: str
    region: str


@dataclass(frozen=True, slots=True)
class Target:
    """The operation that a call asks for; `labels` are the members found in its path."""

    service: str
    operation: str
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> Any:
        """botocore's description of the operation."""
        return service_model(self.service).operation_model(self.operation)

    @property
    def protocol(self) -> str:
        """How the service writes requests and replies, such as `rest-json`."""
        return str(service_model(self.service).metadata["protocol"])


def call_from(environ: dict[str, Any]) -> Call:
    """Read a WSGI request's line and headers; the body stays where it is."""
    raw = str(environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/"))
    if "://" in raw[:8]:
        raw = "/" + raw.split("://", 1)[1].partition("/")[2]
    path, _, query = raw.partition("?")
    headers = {
        name[5:].replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-type"] = str(environ.get("CONTENT_TYPE", ""))
    members = parse_qs(query, keep_blank_values=True)
    signed = re.search(r"Credential=([^,\s]+)", headers.get("authorization", ""))
    scope = (
        signed.group(1) if signed else members.get("X-Amz-Credential", [""])[0]
    )  # the latter: a presigned URL
    parts = scope.split("/")
    region, service = (parts[-3], parts[-2]) if len(parts) >= 5 else ("", "")
    if not service and "AWSAccessKeyId" in members:  # a URL that was presigned the old way
        service = "s3"
    return Call(str(environ["REQUEST_METHOD"]), path, members, headers, service, region)


def identified(call: Call, action: str = "") -> Target | None:
    """The operation that is asked for, or None; `action` is what the body of a query protocol says."""
    for service in SIGNED_AS.get(call.signing_name, (call.signing_name,)):
        if service not in known_services():
            continue
        named = call.headers.get("x-amz-target", "").rpartition(".")[2] or action
        if named:
            if named in service_model(service).operation_names:
                return Target(service, named)
            continue
        found = _routed(service, call)
        if found is not None:
            return found
    return None


def _routed(service: str, call: Call) -> Target | None:
    for operation, method, path, needs in _routes(service):
        if method != call.method:
            continue
        match = path.fullmatch(call.path)
        if match and all(_present(need, call) for need in needs):
            return Target(service, operation, {k: unquote(v) for k, v in match.groupdict().items()})
    return None


def _present(need: tuple[str, str, str | None], call: Call) -> bool:
    place, name, value = need
    if place == "header":
        return name in call.headers
    return name in call.query and (value is None or value in call.query[name])


@functools.cache
def _routes(service: str) -> list[tuple[str, str, re.Pattern[str], list[tuple[str, str, str | None]]]]:
    """The operations that have a path, the most demanding first."""
    found = []
    for operation in service_model(service).operation_names:
        model = service_model(service).operation_model(operation)
        if model.deprecated:  # S3 has two names for some paths
            continue
        uri, _, constants = model.http["requestUri"].partition("?")
        needs: list[tuple[str, str, str | None]] = [
            ("query", name, values[0] or None)
            for name, values in parse_qs(constants, keep_blank_values=True).items()
        ]
        shape = model.input_shape
        for name in shape.required_members if shape else ():
            place = shape.members[name].serialization
            if place.get("location") == "querystring":
                needs.append(("query", place["name"], None))
            elif place.get("location") == "header":
                needs.append(("header", place["name"].lower(), None))
        found.append((operation, model.http["method"], re.compile(_expression(uri, shape)), needs))
    return sorted(found, key=lambda each: (-len(each[3]), each[2].groups))


def _expression(uri: str, shape: Any) -> str:
    """The regular expression of a path such as `/custom-models/{modelIdentifier}`."""
    named = {
        place.serialization["name"]: member
        for member, place in (shape.members.items() if shape else ())
        if place.serialization.get("location") == "uri"
    }
    pieces = re.split(r"\{([^}]+)\}", uri)
    written = []
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            written.append(re.escape(piece))
        else:
            label = piece.rstrip("+")
            anything = ".+" if piece.endswith("+") else "[^/]+"
            written.append(f"(?P<{named.get(label, label)}>{anything})")
    return "".join(written).rstrip("/") + "/?"
