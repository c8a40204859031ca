"""`runner doctor`: what is here, and whether a recipe can do with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET = "wJalrFAKEsecretFAKEsecretFAKEsecret00000"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample recipes in a folder of their own, and an empty home."""
    for name in ("recipes", "conf"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    (tmp_path / "home").mkdir()
    return tmp_path


def doctor(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command, without this machine's AWS settings."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env = {**bare, "HOME": str(project / "home"), **environment}
    command = [sys.executable, "-m", "runner", "doctor", *words]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)


def facts(project: Path, *words: str, **environment: str) -> dict[str, dict[str, Any]]:
    """The facts of the JSON output, by topic."""
    done = doctor(project, *words, "--format", "json", **environment)
    return {fact["topic"]: fact for fact in json.loads(done.stdout)["facts"]}


def test_it_lists_what_is_here(project: Path) -> None:
    """Without a recipe nothing is needed, so nothing that is missing is an error."""
    done = doctor(project)
    assert done.returncode == 0, done.stderr
    topics = ("Python", "runner", "local: torch", "hub: datasets", "sample model", "CPU threads", "free disk")
    for topic in topics:
        assert topic in done.stdout


def test_missing_credentials_are_reported(project: Path) -> None:
    """A recipe that reads S3 without credentials: exit code 1, and how to get some."""
    shown = doctor(project, "recipes/quickstart.yaml", "sources.support.path=s3://bucket/answers.jsonl")
    assert shown.returncode == 1
    assert "AWS credentials" in shown.stdout.splitlines()[-1]
    assert "aws sso login" in shown.stdout


def test_credentials_are_named_and_never_shown(project: Path) -> None:
    """Where they were found and for which region; not the key, not the secret."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE", "AWS_SECRET_ACCESS_KEY": SECRET}
    keys["AWS_DEFAULT_REGION"] = "eu-central-1"
    done = doctor(project, "recipes/quickstart.yaml", "sources.support.path=s3://bucket/x.jsonl", **keys)
    assert done.returncode == 0, done.stdout
    assert "found by env" in done.stdout
    assert "eu-central-1" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert "AKIAFAKE" not in done.stdout + done.stderr


def test_a_recipe_without_aws_needs_no_credentials(project: Path) -> None:
    """The quickstart trains here: what it lacks does not include an account."""
    found = facts(project, "recipes/quickstart.yaml")
    assert found["AWS credentials"]["state"] == "missing"
    assert not found["AWS credentials"]["needed"]
    assert found["local: torch"]["needed"]
    assert found["sample model"]["needed"]


def test_the_tiny_base_needs_no_sample_model(project: Path) -> None:
    """What is needed follows the recipe as it is after its overrides."""
    found = facts(project, "recipes/quickstart.yaml", "executor=tiny")
    assert not found["sample model"]["needed"]


def test_nothing_heavy_is_imported(project: Path) -> None:
    """Versions come from metadata: looking for torch takes no seconds."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "runner", "doctor"],
        cwd=project, capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported & {"torch", "transformers", "datasets", "pyarrow", "hydra"} == set()


def test_a_wrong_recipe_is_a_finding(project: Path) -> None:
    """A doctor cannot judge what it cannot read: exit code 2, as everywhere."""
    done = doctor(project, "recipes/quickstart.yaml", "method=magic")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
