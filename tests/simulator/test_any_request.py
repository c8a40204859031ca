"""Whatever is sent, the answer is a reply of AWS's shape: no request brings the simulator down."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from runner.simulator.constraints import require_valid
from runner.simulator.members import members
from runner.simulator.refused import Refused
from runner.simulator.wire import Call, Target, call_from, identified, service_model

NAMES = [
    "jobName",
    "roleArn",
    "customizationConfig",
    "trainingDataConfig",
    "s3Uri",
    "jobTags",
    "key",
    "rftConfig",
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)
TARGET = Target("bedrock", "CreateModelCustomizationJob")
CALL = Call("POST", "/model-customization-jobs", {}, {}, "bedrock", "us-east-1")


@given(ANYTHING | st.binary(max_size=30))
def test_bodies(body):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    with contextlib.suppress(Refused):  # and nothing else
        require_valid(TARGET.model.input_shape, members(TARGET, CALL, sent))


@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]), st.text(max_size=30), st.text(max_size=30))
def test_lines(method, path, header):
    environ = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": "/" + path,
        "HTTP_AUTHORIZATION": "Credential=" + header,
        "PATH_INFO": "/",
    }
    target = identified(call_from(environ))
    assert target is None or target.operation


def minimal(shape, text):
    """The least that a shape takes."""
    kind = shape.type_name
    if kind == "structure":
        members = list(shape.required_members)
        if getattr(shape, "is_tagged_union", False) and not members:
            members = list(shape.members)[:1]
        return {name: minimal(shape.members[name], text) for name in members}
    if kind == "timestamp":
        return datetime(2026, 1, 1, tzinfo=UTC)
    if kind == "list":
        return [minimal(shape.member, text)]
    least = {"map": {}, "boolean": False, "blob": b"x", "string": text}
    return least.get(kind, 1)


@pytest.mark.parametrize("service", ["bedrock", "bedrock-runtime", "lambda", "scheduler", "s3"])
def test_every_operation_is_found(service):
    """What botocore writes for an operation is taken for that operation, and its path's members come back."""
    model = service_model(service)
    signed = "bedrock" if service == "bedrock-runtime" else service
    scope = f"Credential=a/b/us-east-1/{signed}/aws4_request"
    wrong = []
    for operation in model.operation_names:
        # Directory buckets are listed at the path of buckets, under another signing name.
        if model.operation_model(operation).deprecated or operation == "ListDirectoryBuckets":
            continue
        shape = model.operation_model(operation).input_shape
        asked = minimal(shape, "a" if service == "s3" else "a:b/c") if shape is not None else {}
        writer = create_serializer(model.metadata["protocol"], include_validation=False)
        sent = writer.serialize_to_request(asked, model.operation_model(operation))
        query = urlencode(sent["query_string"], doseq=True)
        environ = {
            "REQUEST_METHOD": sent["method"],
            "REQUEST_URI": f"{sent['url_path']}{'&' if '?' in sent['url_path'] else '?'}{query}",
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent["headers"].items()},
            "HTTP_AUTHORIZATION": scope,
        }
        target = identified(call_from(environ))
        labels = {name: str(asked[name]) for name in (target.labels if target else {})}
        if target != Target(service, operation, labels):
            wrong.append((operation, target))
    assert len(model.operation_names) > 8
    assert not wrong
