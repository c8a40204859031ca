"""The places in S3 that a job names: bucket, key or folder, and what lies there."""

from __future__ import annotations

from runner.simulator import elsewhere
from runner.simulator.refused import Refused
from runner.simulator.rules import rule

THERE = rule(
    "A bucket or object that a job names must exist when the job is created",
    provenance="assumed",
    source="when AWS looks is not established (aws-behaviour.md, section 1)",
)
SAME_REGION = rule(
    "The buckets of a job must be in the job's region",
    provenance="documented",
    source="user guide, model-customization-prepare; the error's wording is assumed",
)


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def arn(uri: str) -> str:
    """The S3 ARN of an object, or of all objects of a folder."""
    bucket, key = split(uri)
    return f"arn:aws:s3:::{bucket}/{key}"


def bucket_arn(uri: str) -> str:
    """The ARN of the bucket."""
    return f"arn:aws:s3:::{split(uri)[0]}"


def objects_under(uri: str) -> list[str]:
    """The URIs of the object, or of all objects in the folder."""
    bucket, key = split(uri)
    if key and elsewhere.object_bytes(bucket, key) is not None:
        return [uri]
    folder = key if not key or key.endswith("/") else key + "/"
    return [f"s3://{bucket}/{each}" for each in elsewhere.keys(bucket, folder)]


def read(uri: str) -> bytes | None:
    """The object's bytes."""
    return elsewhere.object_bytes(*split(uri))


def require_bucket(uri: str, region: str) -> None:
    """Errors: `Refused` (ValidationException)."""
    bucket, _ = split(uri)
    found = elsewhere.bucket_region(bucket)
    if found is None:
        raise Refused("ValidationException", f"Could not find the S3 bucket {bucket}", rule=THERE)
    if found != region:
        message = f"The S3 bucket {bucket} is in {found}; it must be in {region}, where the job runs"
        raise Refused("ValidationException", message, rule=SAME_REGION)


def require_object(uri: str, region: str) -> None:
    """Errors: `Refused` (ValidationException)."""
    require_bucket(uri, region)
    if not objects_under(uri):
        raise Refused("ValidationException", f"Could not find an object at {uri}", rule=THERE)
