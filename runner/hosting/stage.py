"""The props of a rehearsal: the simulated AWS gets the bucket and the role that an import needs."""

from __future__ import annotations

import json
from typing import Any

from runner.aws.calls import Refused, call
from runner.bedrock.cloud import Cloud
from runner.errors import RunnerError

BUCKET = "simulated-imports"
ROLE = "simulated-import-role"
_THERE = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists", "EntityAlreadyExists"}


def stage(cloud: Cloud) -> tuple[str, str]:
    """The role's ARN and the bucket's name; both are made if they are not there."""
    if not cloud.simulator:
        raise RunnerError("only a simulated AWS is set up like this")
    where: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    try:
        call(
            "making a bucket",
            cloud.client("s3").create_bucket,
            Bucket=BUCKET,
            **({} if cloud.region == "us-east-1" else where),
        )
    except Refused as refused:
        if refused.code not in _THERE:
            raise
    try:
        call(
            "making a role",
            cloud.client("iam").create_role,
            RoleName=ROLE,
            AssumeRolePolicyDocument=json.dumps(trust),
        )
    except Refused as refused:
        if refused.code not in _THERE:
            raise
    return f"arn:aws:iam::{cloud.account}:role/{ROLE}", BUCKET
