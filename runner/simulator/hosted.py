"""What the hosting operations share: names that are free, tokens seen before, the base of a custom model."""

from __future__ import annotations

from typing import Any

from runner.simulator.fixture import fixture
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import ACCOUNT, Request, World

NAME_IN_USE = rule(
    "A deployment, throughput or imported model whose name another one has is refused",
    provenance="assumed",
    source="as AWS does for model import jobs (sagemaker-python-sdk PR 6076); not established for these",
)
SAME_TOKEN = rule(
    "A repeated request with the same clientRequestToken gives the first one's resource",
    provenance="documented",
    source="botocore: clientRequestToken, 'ensures that the API request completes no more than one time'",
)
UNSUPPORTED = rule(
    "A base model is hosted only in the ways and regions of the guide's tables",
    provenance="documented",
    source="guide deploy-custom-model-on-demand.html, prov-thru-supported.html",
)


def repeated(world: World, kind: str, request: Request) -> dict[str, Any] | None:
    """The resource that a request with this token has already made."""
    token = request.params.get("clientRequestToken")
    found = world.find(kind, token=token, region=request.region) if token else []
    return found[0] if found else None


def require_free_name(world: World, kind: str, name: str, region: str) -> None:
    """Errors: `Refused` when one of the kind has the name."""
    if world.find(kind, name=name, region=region):
        raise Refused("ValidationException", f"The name {name} is already in use.", rule=NAME_IN_USE)


def one(world: World, kind: str, identifier: str, region: str) -> dict[str, Any]:
    """The resource with this name or ARN. Errors: `Refused` (ResourceNotFoundException)."""
    for found in world.find(kind, region=region):
        if identifier in (found["arn"], found["name"]):
            return found
    raise Refused("ResourceNotFoundException", f"Could not find {identifier}.")


def custom_model(world: World, identifier: str, region: str) -> dict[str, Any]:
    """An active custom model. Errors: `Refused`."""
    found = one(world, "custom-model", identifier, region)
    if found["status"] != "Active":
        raise Refused("ValidationException", f"The model {identifier} is not active.")
    return found


def require_hosted(model: dict[str, Any], way: str, region: str) -> None:
    """Errors: `Refused` when the guide's table lacks the base model or the region."""
    base = str(model["baseModelArn"]).rpartition("/")[2]
    for name, regions in fixture("hosting")[way].items():
        if base == name or base.startswith(f"{name}:"):
            if region in regions:
                return
            break
    words = {"on_demand": "custom model deployment", "provisioned": "Provisioned Throughput"}[way]
    raise Refused("ValidationException", f"{base} does not support {words} in {region}.", rule=UNSUPPORTED)


def trusted_services(role_arn: str) -> tuple[str, ...]:
    """The services that may assume a role of moto's IAM; none when there is no such role."""
    import json
    from urllib.parse import unquote

    from moto.iam.models import iam_backends

    for role in iam_backends[ACCOUNT]["aws"].roles.values():
        if role.arn == role_arn:
            policy = json.loads(unquote(role.assume_role_policy_document))
            named = [each.get("Principal", {}).get("Service", ()) for each in policy["Statement"]]
            return tuple(name for each in named for name in ([each] if isinstance(each, str) else each))
    return ()


def stored(uri: str) -> dict[str, Any]:
    """The objects of moto's S3 below `s3://bucket/prefix`: their names after the prefix, and their bytes.

    Errors: `Refused` when there is no such bucket.
    """
    from moto.s3.models import s3_backends

    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    found = s3_backends[ACCOUNT]["aws"].buckets.get(bucket)
    if found is None:
        raise Refused("ValidationException", f"The bucket {bucket} does not exist or cannot be read.")
    folder = prefix.rstrip("/") + "/" if prefix else ""
    return {key[len(folder) :]: each for key, each in found.keys.items() if key.startswith(folder)}
