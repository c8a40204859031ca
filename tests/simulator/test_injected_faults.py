"""Faults: what a client sees of each, on our operations and on moto's, and what was committed."""

from __future__ import annotations

import http.client
import json
import urllib.parse

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ConnectionError, HTTPClientError
from simulator.accounts import account, request

ONCE = {"retries": {"total_max_attempts": 1}}
CODES = {
    "throttle": {
        "bedrock": ("ThrottlingException", 429),
        "s3": ("SlowDown", 503),
        "iam": ("Throttling", 400),
    },
    "5xx": {
        "bedrock": ("InternalServerException", 500),
        "s3": ("InternalError", 500),
        "iam": ("InternalError", 500),
    },
    "access denied": {
        "bedrock": ("AccessDeniedException", 403),
        "s3": ("AccessDenied", 403),
        "iam": ("AccessDenied", 403),
    },
    "expired token": {
        "bedrock": ("ExpiredTokenException", 403),
        "s3": ("ExpiredToken", 400),
        "iam": ("ExpiredToken", 403),
    },
}
CALLS = {
    "bedrock": ("ListCustomModels", lambda client: client.list_custom_models()),
    "s3": ("ListBuckets", lambda client: client.list_buckets()),
    "iam": ("ListRoles", lambda client: client.list_roles()),
}


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("kind", CODES)
def test_refusals(simulator, kind, service):
    """AWS's code and status in the service's own protocol, as often as asked for."""
    operation, call = CALLS[service]
    client = simulator.client(service, **ONCE)
    simulator.fault(operation, kind, times=2, skip=1)
    call(client)
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            call(client)
        found = refused.value.response
        assert (found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"]) == CODES[kind][service]
    call(client)


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("kind", ["reset", "commit then drop"])
def test_resets_are_survived_by_botocore(simulator, kind, service):
    operation, call = CALLS[service]
    simulator.fault(operation, kind)
    with pytest.raises((ConnectionClosedError, ConnectionError, HTTPClientError)):
        call(simulator.client(service, **ONCE))
    simulator.fault(operation, kind)
    call(simulator.client(service))
    assert simulator.calls == [operation] * 3


def test_a_reset_is_a_reset(simulator):
    """RST, not an orderly close."""
    simulator.fault("*", "reset")
    place = urllib.parse.urlsplit(simulator.url)
    connection = http.client.HTTPConnection(place.hostname, place.port)
    connection.request("GET", "/")
    with pytest.raises(ConnectionResetError):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize(("kind", "jobs"), [("reset", 0), ("commit then drop", 1)])
def test_what_was_committed(simulator, kind, jobs):
    """`reset` drops before processing, `commit then drop` after; the same token then gives the same job."""
    role = account(simulator)
    bedrock = simulator.client("bedrock", **ONCE)
    simulator.fault("CreateModelCustomizationJob", kind)
    asked = request(role, clientRequestToken="token")
    with pytest.raises(HTTPClientError):
        bedrock.create_model_customization_job(**asked)
    assert len(simulator.world.find("job")) == jobs
    arn = bedrock.create_model_customization_job(**asked)["jobArn"]
    assert [each["arn"] for each in simulator.world.find("job")] == [arn]


@pytest.mark.parametrize("kind", ["reset", "commit then drop", "5xx"])
def test_uploads(simulator, kind):
    """botocore sends a put again; a conditional put whose reply was lost is refused though it was written."""
    s3 = simulator.client("s3")
    s3.create_bucket(Bucket="bucket")
    simulator.fault("PutObject", kind)
    s3.put_object(Bucket="bucket", Key="a", Body=b"x" * 100_000)
    assert s3.get_object(Bucket="bucket", Key="a")["Body"].read() == b"x" * 100_000
    assert simulator.calls.count("PutObject") == 2
    simulator.fault("PutObject", "commit then drop")
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="bucket", Key="b", Body=b"1", IfNoneMatch="*")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert s3.get_object(Bucket="bucket", Key="b")["Body"].read() == b"1"


def test_parts_have_names_of_their_own(simulator):
    s3 = simulator.client("s3")
    s3.create_bucket(Bucket="bucket")
    simulator.fault("UploadPart", "reset")
    upload = s3.create_multipart_upload(Bucket="bucket", Key="m")["UploadId"]
    part = s3.upload_part(Bucket="bucket", Key="m", UploadId=upload, PartNumber=1, Body=b"1")
    done = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket="bucket", Key="m", UploadId=upload, MultipartUpload=done)
    s3.copy_object(Bucket="bucket", Key="n", CopySource="bucket/m")
    s3.head_object(Bucket="bucket", Key="n")
    assert simulator.calls[1:] == [
        "CreateMultipartUpload",
        "UploadPart",
        "UploadPart",
        "CompleteMultipartUpload",
        "CopyObject",
        "HeadObject",
    ]


def test_truncated(simulator):
    """botocore takes a cut reply for an empty success."""
    role = account(simulator)
    bedrock = simulator.client("bedrock")
    simulator.fault("CreateModelCustomizationJob", "truncated")
    reply = bedrock.create_model_customization_job(**request(role))
    assert reply.keys() == {"ResponseMetadata"}
    assert len(simulator.world.find("job")) == 1
    s3 = simulator.client("s3")
    simulator.fault("GetObject", "truncated")
    body = s3.get_object(Bucket="bucket", Key="in/train.jsonl")["Body"]
    with pytest.raises(Exception, match=r"(?i)checksum"):
        body.read()


def test_a_denial_names_action_and_resource(simulator):
    simulator.fault("*", "access denied", times=2)
    role = "arn:aws:iam::123456789012:role/job"
    s3, bedrock = simulator.client("s3"), simulator.client("bedrock")
    for call, named in (
        (
            lambda: s3.put_object(Bucket="bucket", Key="a/b"),
            "s3:PutObject on resource: arn:aws:s3:::bucket/a/b ",
        ),
        (
            lambda: bedrock.create_model_customization_job(**request(role)),
            "bedrock:CreateModelCustomizationJob on resource: arn:aws:bedrock:us-east-1:123456789012:model-",
        ),
    ):
        with pytest.raises(ClientError, match="is not authorized to perform") as refused:
            call()
        assert named in refused.value.response["Error"]["Message"]


def test_a_head_has_no_body(simulator):
    """On a kept connection a body would be taken for the next reply."""
    s3 = simulator.client("s3", **ONCE)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="a", Body=b"1")
    simulator.fault("HeadObject", "throttle")
    with pytest.raises(ClientError) as refused:
        s3.head_object(Bucket="bucket", Key="a")
    assert refused.value.response["Error"]["Code"] == "503"
    assert s3.head_object(Bucket="bucket", Key="a")["ContentLength"] == 1
    assert s3.get_object(Bucket="bucket", Key="a")["Body"].read() == b"1"


def test_delay_and_clear(simulator):
    simulator.fault("ListBuckets", "delay", seconds=0.01)
    simulator.client("s3").list_buckets()
    simulator.fault("ListBuckets", "throttle", times=9)
    from runner.simulator import faults

    faults.clear(simulator.world)
    simulator.client("s3").list_buckets()
    assert json.dumps(faults.standing(simulator.world)) == "[]"
    with pytest.raises(ValueError, match="no such fault"):
        simulator.fault("ListBuckets", "earthquake")
