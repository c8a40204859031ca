"""`runner plan` of a Bedrock job asks AWS and believes it; offline and local plans ask nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from live.recorded import Recorded, named
from plan.plan_project import RECIPE, make_project

from runner.cli import main

MICRO = "amazon.nova-micro-v1:0"
BEDROCK = (
    "{kind: bedrock, role_arn: 'arn:aws:iam::111122223333:role/job', output_uri: 's3://bucket-of-mine/out'}"
)
LEGACY = {"status": "LEGACY", "legacyTime": 1793491200}


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe for Bedrock."""
    file = make_project(tmp_path / "project")
    text = RECIPE.replace("{kind: local, base: tiny-random}", BEDROCK)
    file.write_text(text, encoding="utf-8")
    return file


def plan(capsys: pytest.CaptureFixture[str], recipe: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Plan it; exit code, and severity by code of the findings."""
    code = main(["plan", str(recipe), *words, "--format", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return code, {finding["code"]: finding["severity"] for finding in findings}


def test_legacy_today_is_refused(aws: Recorded, recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The facts call the model active, AWS calls it Legacy: exit code 2, before anything is uploaded."""
    assert "P110" not in plan(capsys, recipe)[1]
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": {"modelLifecycle": LEGACY}}))
    code, found = plan(capsys, recipe)
    assert (code, found["P110"]) == (2, "error")


def test_uncertain_in_the_facts_and_listed_by_aws(
    aws: Recorded, recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The doubt of the facts gives way to the answer."""
    words = ("model=meta.llama3-1-8b-instruct-v1:0", "region=us-west-2", "hyperparameters={}")
    offline = plan(capsys, recipe, *words, "--offline")[1]
    assert "P102" in offline
    assert aws.calls == []
    found = plan(capsys, recipe, *words)[1]
    assert found["P112"] == "advice"
    assert "P102" not in found


def test_without_credentials_the_facts_are_used(
    aws: Recorded, recipe: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newcomer sees the plan, with advice that AWS was not asked."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    code, found = plan(capsys, recipe)
    assert found["P113"] == "advice"
    assert code != 2
    assert aws.calls == []


def test_other_plans_ask_nobody(aws: Recorded, recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a local job nor a simulated one calls AWS while it is planned."""
    plan(capsys, recipe, "++executor.simulate=true")
    recipe.write_text(RECIPE, encoding="utf-8")
    plan(capsys, recipe)
    assert aws.calls == []
