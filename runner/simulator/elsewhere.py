"""Moto: the services that we do not simulate ourselves, as a WSGI application and seen from inside."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

from runner.errors import RunnerError
from runner.simulator.refused import NotSimulated
from runner.simulator.reply import Reply
from runner.simulator.rules import rule

INSTALL = "pip install 'bedrock-recipe-runner[simulator]'"
SERVICES = frozenset(
    {"s3", "iam", "sts", "kms", "lambda", "scheduler", "logs", "monitoring", "ec2", "tagging"}
)
"""The signing names that moto answers here; all others are not simulated."""

_S3_LACKS = re.compile(
    r"Analytics|IntelligentTiering|Metrics|Metadata|Annotation|Abac|Torrent|UpdateObjectEncryption"
    r"|CreateSession|DirectoryBuckets|RenameObject|WriteGetObjectResponse"
)
"""Operations of S3 that moto takes for others: it would list a bucket where its analytics were asked for."""

MOTO = rule(
    "S3, IAM, STS, KMS and Lambda answer as moto does: it checks no signature and no checksum of an upload",
    provenance="assumed",
    source="moto 5.2.5; how it differs from AWS: aws-behaviour.md, sections 2 and 3",
)
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@functools.cache
def moto() -> Wsgi:
    """moto's own server application. It has one state per process: `reset` it between worlds."""
    try:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    except ImportError:
        raise RunnerError("the simulated AWS needs moto, which is not installed", fix=INSTALL) from None
    application: Wsgi = DomainDispatcherApplication(create_backend_app)
    return application


def lacks(service: str, operation: str) -> bool:
    """Whether moto would answer another question than this one."""
    return service == "s3" and _S3_LACKS.search(operation) is not None


def reset() -> None:
    """Forget everything that moto holds."""
    from moto.moto_api._internal.models import moto_api_backend

    moto_api_backend.reset()


def seed(number: int) -> None:
    """Let moto make the same ids again."""
    from moto.moto_api._internal import mock_random

    mock_random.seed(number)


def asked(environ: dict[str, Any]) -> Reply:
    """moto's reply. Errors: `NotSimulated` when it has none: its own words for that are a page in HTML."""
    given: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], None]:
        given.update(status=int(status.split()[0]), headers=dict(headers))
        return lambda _data: None

    produced: Iterable[bytes] = ()
    try:
        produced = moto()(environ, start)
        body = b"".join(produced)
    except NotImplementedError as error:
        raise NotSimulated(f"moto: {error}") from None
    finally:
        close = getattr(produced, "close", None)
        if close is not None:
            close()
    if given["status"] >= 400 and body.lstrip()[:15].lower().startswith(b"<!doctype html"):
        raise NotSimulated("moto does not implement it")
    return Reply(given["status"], body, given["headers"])


def object_bytes(bucket: str, key: str) -> bytes | None:
    """An object's content, as Bedrock reads it from inside AWS."""
    found = _s3().buckets.get(bucket)
    item = found.keys.get(key) if found is not None else None
    return bytes(item.value) if item is not None and hasattr(item, "value") else None


def keys(bucket: str, prefix: str) -> list[str]:
    """The keys in a folder, in order."""
    found = _s3().buckets.get(bucket)
    if found is None:
        return []
    return sorted(
        key for key in list(found.keys) if key.startswith(prefix) and hasattr(found.keys.get(key), "value")
    )


def write_object(bucket: str, key: str, body: bytes) -> None:
    """Put an object, as Bedrock writes metrics."""
    _s3().put_object(bucket, key, body)


def bucket(name: str) -> Any:
    """moto's own bucket, or None."""
    return _s3().buckets.get(name)


def tags_of_object(item: Any) -> dict[str, str]:
    """The tags of one of moto's objects."""
    return dict(_s3().tagger.get_tag_dict_for_resource(item.arn))


def tag_object(item: Any, tags: dict[str, str]) -> None:
    """Give one of moto's objects its tags."""
    _s3().put_object_tagging(item, tags)


def bucket_region(bucket: str) -> str | None:
    """Where a bucket is, or None when there is none."""
    found = _s3().buckets.get(bucket)
    return None if found is None else str(found.region_name or "us-east-1")


def role(name: str) -> dict[str, Any] | None:
    """A role's ARN, its trust policy and its permission policies (JSON texts)."""
    backend = _backend("iam")
    for found in backend.roles.values():
        if found.name == name:
            inline = list(found.policies.values())
            managed = [each.document for each in found.managed_policies.values()]
            return {
                "arn": found.arn,
                "trust": found.assume_role_policy_document,
                "policies": inline + managed,
            }
    return None


def function_exists(arn: str) -> bool:
    """Whether there is such a Lambda function."""
    name = arn.partition(":function:")[2].partition(":")[0]
    return name in {each["FunctionName"] for each in _functions(arn.split(":")[3])}


def key_exists(region: str, identifier: str) -> bool:
    """Whether there is such a KMS key: id, ARN or alias."""
    backend = _backend("kms", region)
    try:
        backend.describe_key(backend.any_id_to_key_id(identifier))
    except Exception:  # moto raises what its HTTP layer would send
        return False
    return True


def _functions(region: str) -> list[dict[str, Any]]:
    return [each.get_configuration() for each in _backend("lambda", region).list_functions()]


def _s3() -> Any:
    return _backend("s3")


def _backend(service: Any, region: str = "aws") -> Any:
    from moto.backends import get_backend

    from runner.simulator.world import ACCOUNT

    return get_backend(service)[ACCOUNT][region]
