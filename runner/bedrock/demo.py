"""What a simulated run needs and a newcomer has not: a bucket and a role, made in the simulated AWS."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from runner.aws.calls import Refused, look
from runner.bedrock.cloud import Cloud
from runner.bedrock.options import Options

ROLE = "runner-demo"


def with_demo_places(cloud: Cloud, options: Options) -> Options:
    """The options with a demo bucket and role where the recipe names none."""
    if not cloud.simulator:
        return options
    bucket = f"runner-demo-{cloud.account}-{cloud.region}"
    if not options.output_uri:
        _bucket(cloud, bucket)
        options = replace(options, output_uri=f"s3://{bucket}/output")
    if not options.role_arn:
        options = replace(options, role_arn=_role(cloud, bucket))
    return options


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


def _role(cloud: Cloud, bucket: str) -> str:
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
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
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
