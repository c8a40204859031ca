"""An account with what a customization job needs: bucket, data, a role that Bedrock may assume."""

from __future__ import annotations

import json
from typing import Any

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnEquals": {
                    "aws:SourceArn": "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/*"
                },
            },
        }
    ],
}
REACH = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
        }
    ],
}


def converse(number: int, text: str = "Tokyo") -> dict[str, Any]:
    """A good record."""
    return {
        "schemaVersion": "bedrock-conversation-2024",
        "messages": [
            {"role": "user", "content": [{"text": f"Name capital {number}."}]},
            {"role": "assistant", "content": [{"text": text}]},
        ],
    }


def lines(records: list[Any]) -> bytes:
    """JSON lines."""
    return "".join(json.dumps(each) + "\n" for each in records).encode()


def account(simulator: Any, *, trust: Any = TRUST, reach: Any = REACH, region: str = "us-east-1") -> str:
    """Make bucket, data (20 records) and role; returns the role's ARN. Propagation time has passed."""
    s3 = simulator.client("s3", region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket="bucket", **place)
    s3.put_object(Bucket="bucket", Key="in/train.jsonl", Body=lines([converse(n) for n in range(20)]))
    s3.put_object(Bucket="bucket", Key="in/validation.jsonl", Body=lines([converse(n) for n in range(5)]))
    iam = simulator.client("iam", region)
    arn = iam.create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="job", PolicyName="reach", PolicyDocument=json.dumps(reach))
    simulator.advance(60)
    return str(arn)


def request(role: str, **changes: Any) -> dict[str, Any]:
    """A good CreateModelCustomizationJob, but for `changes` (None takes a member away)."""
    members = {
        "jobName": "job-1",
        "customModelName": "model-1",
        "roleArn": role,
        "baseModelIdentifier": "amazon.nova-micro-v1:0:128k",
        "trainingDataConfig": {"s3Uri": "s3://bucket/in/train.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://bucket/out"},
        "hyperParameters": {"epochCount": "2", "learningRate": "0.00001"},
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}
