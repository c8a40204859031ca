"""An account at the simulated AWS, and an errand of the runner in it, in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bedrock.stage import Cloud as Simulated

from runner.aws.connection import Connection
from runner.bedrock.cloud import Cloud
from runner.bedrock.errand import Errand
from runner.bedrock.options import Options
from runner.ledger import Ledger
from runner.ledger.store import FileStore
from runner.progress import Progress
from runner.runs import RunFolder

ACCOUNT, REGION = "123456789012", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/job"
CALLER = f"arn:aws:iam::{ACCOUNT}:user/me"
TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:model-customization-job/*"},
    },
}
REACH: dict[str, Any] = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
    "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
}
ALL: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def client(aws: Simulated, service: str, region: str = REGION) -> Any:
    """A client of the simulated AWS."""
    return Connection(region, simulator=aws.url).client(service)


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def furnish(aws: Simulated, *, trust: Any = TRUST, reach: Any = REACH, caller: Any = ALL) -> None:
    """Bucket, role and user, each with its policy."""
    client(aws, "s3").create_bucket(Bucket="bucket")
    iam = client(aws, "iam")
    iam.create_role(RoleName="job", AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName="job", PolicyName="p", PolicyDocument=policy(reach))
    iam.create_user(UserName="me")
    iam.put_user_policy(UserName="me", PolicyName="p", PolicyDocument=policy(caller))
    aws.world.advance(60)


def errand(aws: Simulated, root: Path, **options: Any) -> Errand:
    """A planned job of two records in the project `root`."""
    run = RunFolder(root / "runs" / "faq" / "0123456789ab")
    run.path.mkdir(parents=True, exist_ok=True)
    plan = {
        "fingerprint": "0123456789ab" + "0" * 52,
        "job": {"name": "faq-0123456789ab"},
        "recipe": {"name": "faq"},
        "model": {"id": "amazon.nova-micro-v1:0"},
        "method": "fine_tuning",
        "dataset": {"train_sha256": "1" * 64, "validation_sha256": None},
        "executor": {
            "settings": {
                "baseModelIdentifier": "amazon.nova-micro-v1:0:128k",
                "customizationType": "FINE_TUNING",
                "hyperParameters": {"epochCount": "1"},
            }
        },
        "cost": {"likely": "2", "high": "3", "low": "1", "lines": []},
        "budget": {"max_usd": None, "max_usd_per_sweep": None},
    }
    run.write("plan.json", plan)
    stated = {"role_arn": ROLE, "output_uri": "s3://bucket/out", **options}
    cloud = Cloud(Connection(REGION, simulator=aws.url), REGION, ACCOUNT, CALLER)
    book = Ledger(FileStore(root / "state" / "ledger.sqlite"))
    return Errand(plan, Options(**stated), cloud, run, Progress(quiet=True), book)
