"""Rules between fields of a recipe, read from the schemas: each with a failing and a passing recipe."""

from __future__ import annotations

from pathlib import Path

import pytest
from recipe_projects import Project, findings_of, new_project

from runner.finding import Finding

PROFILE = "us.meta.llama3-3-70b-instruct-v1:0"
ARN = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/" + PROFILE


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe that a test changes by overrides."""
    monkeypatch.chdir(tmp_path)
    project: Project = new_project(tmp_path)
    return project.recipe("split: {validation: 0, train_records: null, seed: 0}\n")


def found(recipe: Path, code: str, *overrides: str) -> list[Finding]:
    """The findings with that code."""
    return [one for one in findings_of(recipe, "~hyperparameters.epochCount", *overrides) if one.code == code]


COHERE = ("model=cohere-command", "region=null")
CLAUDE = ("model=claude-3-haiku", "region=us-west-2")
TITAN = ("model=titan-text-express",)
STUDENT = ("model=llama-3.1-8b", "region=us-west-2", "method=distillation")
TEACHER = "+hyperparameters.teacherModelIdentifier"


@pytest.mark.parametrize(
    ("code", "failing", "passing"),
    [
        (
            "R122",
            (*COHERE, "hyperparameters.learningRate=1e-5", "split.validation=0.1"),
            (*COHERE, "hyperparameters.learningRate=1e-5"),
        ),
        (
            "R122",
            (*COHERE, "hyperparameters.evalPercentage=20", "split.validation=0.1"),
            (*COHERE, "split.validation=0.1"),
        ),
        (
            "R123",
            (*CLAUDE, "split.train_records=9500", "split.validation=600"),
            (*CLAUDE, "split.train_records=9500", "split.validation=500"),
        ),
        ("R123", (*CLAUDE, "split.train_records=10001"), (*CLAUDE, "split.train_records=10000")),
        ("R123", ("split.train_records=7",), ("split.train_records=8",)),
        ("R123", ("split.train_records=19999", "split.validation=2"), ("split.train_records=20000",)),
        (
            "R124",
            (*TITAN, "hyperparameters.batchSize=2"),
            (*TITAN, "hyperparameters.batchSize=1"),
        ),
        (
            "R124",
            (*TITAN, "hyperparameters.batchSize=8"),
            ("model=titan-text-lite", "hyperparameters.batchSize=2"),
        ),
        ("R111", ("model=nova-2-lite", "split.validation=0.1"), ("model=nova-2-lite",)),
        ("R111", ("model=titan-multimodal-embeddings", "split.validation=0.1"), ("split.validation=0.1",)),
        ("R103", STUDENT, (*STUDENT, f"{TEACHER}=meta.llama3-1-70b-instruct-v1:0")),
        (
            "R125",
            (*STUDENT, f"{TEACHER}=amazon.nova-pro-v1:0"),
            (*STUDENT, f"{TEACHER}=meta.llama3-1-70b-instruct-v1:0"),
        ),
        (
            "R125",
            (*STUDENT, f"{TEACHER}=meta.llama3-1-405b-instruct-v1:0"),
            (*STUDENT, f"{TEACHER}={PROFILE}"),
        ),
        (
            "R125",
            (*STUDENT, f"{TEACHER}=meta.llama3-3-70b-instruct-v1:0"),
            (*STUDENT, f"{TEACHER}='{ARN.replace('us-east-1', 'us-west-2')}'"),
        ),
        ("R125", (*STUDENT, f"{TEACHER}='{ARN}'"), (*STUDENT, f"{TEACHER}={PROFILE}")),
        ("R125", (*STUDENT, f"{TEACHER}=llama-3.1-70b"), ("method=distillation",)),
        ("R125", ("method=distillation", f"{TEACHER}=amazon.nova-lite-v1:0"), ("method=distillation",)),
        (
            "R102",
            ("model=titan-multimodal-embeddings", "hyperparameters.epochCount=sometimes"),
            ("model=titan-multimodal-embeddings", "hyperparameters.epochCount=Auto"),
        ),
        (
            "R118",
            ("model=titan-multimodal-embeddings",),
            ("model=titan-multimodal-embeddings", "+sources.faq.fields.image=picture"),
        ),
    ],
)
def test_a_rule_has_two_sides(
    recipe: Path, code: str, failing: tuple[str, ...], passing: tuple[str, ...]
) -> None:
    """What breaks the rule is found, with a fix; what keeps it is not."""
    failed = found(recipe, code, *failing)
    assert failed
    assert all(one.fix or code == "R103" for one in failed)
    assert found(recipe, code, *passing) == []


def test_a_quota_that_can_be_raised_is_a_warning(recipe: Path) -> None:
    """Claude's and Llama's sum of 10,000 is a quota: a paid account may have more."""
    (sum_of_both,) = found(recipe, "R123", *CLAUDE, "split.train_records=9500", "split.validation=600")
    assert sum_of_both.severity == "warning"
    assert "10,100 records in both files" in sum_of_both.message
    assert "10,000" in sum_of_both.fix
    (too_many,) = found(recipe, "R123", *CLAUDE, "split.train_records=10001")
    assert too_many.severity == "error"


def test_a_smaller_limit_is_told_as_advice(recipe: Path) -> None:
    """A batch of two halves what a record may hold; beyond the table nothing is stated."""
    (halved,) = found(recipe, "R124", *TITAN, "hyperparameters.batchSize=2")
    assert halved.severity == "advice"
    assert "2,048 tokens, not 4,096" in halved.message
    (unstated,) = found(recipe, "R124", *TITAN, "hyperparameters.batchSize=8")
    assert unstated.severity == "warning"
    assert "model-customization-prepare" in unstated.source


def test_a_teacher_finding_says_why(recipe: Path) -> None:
    """Another maker, an ended teacher, a profile: three reasons, three ways out."""
    (maker,) = found(recipe, "R125", *STUDENT, f"{TEACHER}=amazon.nova-pro-v1:0")
    assert "one provider: Nova Pro is of Amazon, Llama 3.1 8B Instruct of Meta" in maker.message
    (ended,) = found(recipe, "R125", *STUDENT, f"{TEACHER}=meta.llama3-1-405b-instruct-v1:0")
    assert "ended (2026-07-07)" in ended.message
    (profile,) = found(recipe, "R125", *STUDENT, f"{TEACHER}=meta.llama3-3-70b-instruct-v1:0")
    assert PROFILE in profile.fix
    (region,) = found(recipe, "R125", *STUDENT, f"{TEACHER}='{ARN}'")
    assert "named in us-east-1, the job runs in us-west-2" in region.message
    (europe,) = found(recipe, "R125", *STUDENT, f"{TEACHER}={PROFILE.replace('us.', 'eu.', 1)}")
    assert "named in eu-…, the job runs in us-west-2" in europe.message
