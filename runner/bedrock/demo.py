"""What a simulated run needs and a newcomer has not: a bucket and a role, made in the simulated AWS."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from runner.aws.calls import Refused, look
from runner.bedrock.cloud import Cloud
from runner.bedrock.options import Options
from runner.bedrock.places import place
from runner.progress import Progress

ROLE = "runner-demo"


def with_demo_places(cloud: Cloud, options: Options, progress: Progress) -> Options:
    """The options as a simulated AWS can follow them: what lies in a real account is made or stood in for.

    Buckets that the recipe names are made there; a role or key that is not there has a stand-in, or none.
    """
    if not cloud.simulator:
        return options
    if not options.output_uri:
        options = replace(options, output_uri=f"s3://runner-demo-{cloud.account}-{cloud.region}/output")
    buckets = sorted({place(uri).bucket for uri in (options.output_uri, options.data_uri) if uri})
    for bucket in buckets:
        _bucket(cloud, bucket)
    stood_in: dict[str, Any] = {}
    if not (options.role_arn and _is_there(cloud, options.role_arn)):
        stood_in["role_arn"] = _role(cloud, buckets)
    if options.kms_key_arn and not _key_is_there(cloud, options.kms_key_arn):
        stood_in["kms_key_arn"] = None
    if options.bucket_owner not in (None, cloud.account):
        stood_in["bucket_owner"] = None
    for name in sorted(stood_in):
        if stated := getattr(options, name):
            progress.say(f"simulated without executor.{name}: {stated} is not in the simulated AWS")
    return replace(options, **stood_in)


def _is_there(cloud: Cloud, role: str) -> bool:
    try:
        found = look("looking for the role", cloud.client("iam").get_role, RoleName=role.rpartition("/")[2])
    except Refused:
        return False
    return bool(found["Role"]["Arn"] == role)


def _key_is_there(cloud: Cloud, key: str) -> bool:
    try:
        look("looking for the key", cloud.client("kms").describe_key, KeyId=key)
    except Refused:
        return False
    return True


def _bucket(cloud: Cloud, name: str) -> None:
    where: dict[str, Any] = {}
    if cloud.region != "us-east-1":
        where = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    _unless_there(
        f"making bucket {name}",
        cloud.client("s3").create_bucket,
        "BucketAlreadyOwnedByYou",
        Bucket=name,
        **where,
    )


def _role(cloud: Cloud, buckets: list[str]) -> str:
    iam = cloud.client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": cloud.account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{cloud.account}:model-customization-job/*"},
        },
    }
    _unless_there(
        "making the demo role",
        iam.create_role,
        "EntityAlreadyExists",
        RoleName=ROLE,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    may = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{bucket}{end}" for bucket in buckets for end in ("", "/*")],
    }
    look(
        "letting the demo role use the bucket",
        iam.put_role_policy,
        RoleName=ROLE,
        PolicyName="data",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    return f"arn:aws:iam::{cloud.account}:role/{ROLE}"


def _unless_there(what: str, method: Any, code: str, **request: Any) -> None:
    try:
        look(what, method, **request)
    except Refused as refused:
        if refused.code not in (code, "BucketAlreadyExists"):
            raise
