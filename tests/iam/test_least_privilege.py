"""The caller's policy allows what whole runs really ask of AWS, and no action that nothing asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from runner.iam.policies import FEATURES, Needs, caller_policy

REPOSITORY = Path(__file__).resolve().parents[2]
PREFIXES = {
    "bedrock": "bedrock",
    "bedrock-runtime": "bedrock",
    "iam": "iam",
    "pricing": "pricing",
    "resourcegroupstaggingapi": "tag",
    "s3": "s3",
    "scheduler": "scheduler",
    "service-quotas": "servicequotas",
}
"""IAM's word for each service that the tool calls."""
RENAMED = {
    "bedrock:Converse": {"bedrock:InvokeModel"},
    "s3:HeadObject": {"s3:GetObject"},
    "s3:HeadBucket": {"s3:ListBucket"},
    "s3:ListObjectsV2": {"s3:ListBucket"},
    "s3:DeleteObjects": {"s3:DeleteObject"},
    "s3:CreateMultipartUpload": {"s3:PutObject"},
    "s3:UploadPart": {"s3:PutObject"},
    "s3:CompleteMultipartUpload": {"s3:PutObject"},
    "s3:ListParts": {"s3:ListMultipartUploadParts"},
    "s3:ListMultipartUploads": {"s3:ListBucketMultipartUploads"},
}
"""Operations whose IAM action has another name (AWS service authorization reference)."""
OWN_SET_UP = {
    "s3:CreateBucket",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UpdateAssumeRolePolicy",
}
"""What only `init --role`, `deploy --create-lease-role` and a simulated account's first run do."""


def actions_of(calls: list[str]) -> set[str]:
    """The IAM actions that these operations need."""
    session = Session()
    models = {service: session.get_service_model(service).operation_names for service in PREFIXES}
    found: set[str] = set()
    for call in calls:
        for service, names in models.items():
            if call in names:
                action = f"{PREFIXES[service]}:{call}"
                found |= RENAMED.get(action, {action})
                break
    return found - OWN_SET_UP


def allowed() -> set[str]:
    """Every action of the caller's policy, all features on."""
    policy = caller_policy(Needs(features=frozenset(FEATURES)))
    return {action for statement in policy["Statement"] for action in statement["Action"]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample recipes in a folder of their own."""
    for name in ("recipes", "conf"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    return tmp_path


def test_a_whole_life_needs_nothing_that_the_policy_lacks(project: Path, simulator: Any) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "RUNNER_SIMULATOR": simulator.url,
        "RUNNER_STATE": str(project / "state"),
        "RUNNER_CACHE": str(project / "cache"),
    }
    simulator.world.run_at(5000)
    recipe = "recipes/quickstart.yaml"
    for words in (
        ("run", recipe, "executor=bedrock", "--simulate", "--yes"),
        ("deploy", recipe, "--yes", "--create-lease-role"),
        ("invoke", recipe, "おはよう"),
        ("cleanup", "--all", "--yes"),
    ):
        command = [sys.executable, "-m", "runner", *words]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    needed = actions_of(simulator.calls)
    assert {"bedrock:CreateModelCustomizationJob", "s3:PutObject", "scheduler:CreateSchedule"} <= needed
    assert needed <= allowed(), sorted(needed - allowed())
