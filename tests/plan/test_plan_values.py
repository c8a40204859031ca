"""The plan as a value: what it holds, and what its fingerprint depends on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_project import make_project, planned

from runner.errors import RecipeError, RunnerError
from runner.plan import Plan, job_name, read_plan, render, require_runnable
from runner.resources import shipped


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """The recipe of a fresh project."""
    return make_project(tmp_path / "project")


def codes(plan: Plan) -> set[str]:
    """Codes of the plan's findings."""
    return {finding.code for finding in plan.findings}


def test_a_plan_says_what_will_be_built_trained_and_paid(recipe: Path) -> None:
    """Sixty records, a fifth held out, hyperparameters stated and default, a rehearsal of Nova Micro."""
    plan = planned(recipe)
    dataset = plan.data["dataset"]
    assert dataset["train_records"] + dataset["validation_records"] == 60
    assert dataset["train_records"] == 48
    assert plan.hyperparameters == {
        "epochCount": 2,
        "learningRate": 1e-05,
        "learningRateWarmupSteps": 10,
        "batchSize": 1,
    }
    assert plan.data["hyperparameter_origins"]["epochCount"]["from"] == "recipe"
    assert plan.data["hyperparameter_origins"]["learningRate"]["from"] == "default"
    assert plan.cost["platform"] == "Amazon Bedrock"
    assert plan.cost["rehearsal"] is True
    assert plan.data["budget"]["within"] is True
    require_runnable(plan)


def test_the_same_inputs_give_the_same_bytes(recipe: Path, tmp_path: Path) -> None:
    """No clock and no absolute path: another copy of the project gives the same plan.json."""
    other = make_project(tmp_path / "elsewhere" / "copy")
    text = planned(recipe).to_json()
    assert text == planned(recipe).to_json()
    assert text == planned(other).to_json()
    assert str(tmp_path) not in text


def test_a_place_in_the_shipped_conf_is_the_same_on_every_machine(recipe: Path) -> None:
    """Where this tool is installed is nobody's business, and no reason for another plan.json."""
    text = recipe.read_text(encoding="utf-8").replace("hyperparameters: {epochCount: 2}\n", "")
    recipe.write_text(text, encoding="utf-8")
    plan = planned(recipe)
    warm_up = next(one for one in plan.findings if one.code == "P104")
    assert str(warm_up.place).startswith("runner:conf/base.yaml")
    assert str(shipped("conf").parent) not in plan.to_json()


def test_money_is_text(recipe: Path) -> None:
    """Amounts in plan.json are strings: no reader turns them into binary fractions."""
    data = json.loads(planned(recipe).to_json())
    amounts = [data["cost"]["high"], data["budget"]["max_usd"]]
    amounts += [
        line[key] for line in data["cost"]["lines"] for key in ("low", "likely", "high", "usd", "quantity")
    ]
    assert all(isinstance(amount, str) for amount in amounts)


@pytest.mark.parametrize("override", ["budget.max_usd=5", "description=other", "split.seed=0"])
def test_words_and_budget_leave_the_job_the_same(recipe: Path, override: str) -> None:
    """What does not change the training does not change the fingerprint: nothing is trained twice."""
    assert planned(recipe, override).fingerprint == planned(recipe).fingerprint


@pytest.mark.parametrize(
    "override",
    [
        "hyperparameters.epochCount=3",
        "split.train_records=20",
        "split.seed=1",
        "model=amazon.nova-lite-v1:0",
        "executor.seed=1",
        "format.system=Be kind.",
    ],
)
def test_what_changes_the_job_changes_the_fingerprint(recipe: Path, override: str) -> None:
    """Model, data, format, hyperparameters and the executor's settings each make another job."""
    assert planned(recipe, override).fingerprint != planned(recipe).fingerprint


@given(
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True),
    st.text("0123456789abcdef", min_size=64, max_size=64),
)
def test_job_names_are_legal(name: str, fingerprint: str) -> None:
    """Any recipe name gives a job name that Bedrock takes, and that holds the fingerprint."""
    job = job_name(name, fingerprint)
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9+.-]*", job)
    assert len(job) <= 63
    assert job.endswith(fingerprint[:12])


def test_an_ended_model_is_refused_with_alternatives(recipe: Path) -> None:
    """Titan Text Express validates, but no job is planned: why, from which source, and what to use."""
    plan = planned(recipe, "model=titan-text-express")
    ended = next(finding for finding in plan.findings if finding.code == "P101")
    assert ended.severity == "error"
    assert "gone by 2026-04-20" in ended.message
    assert "ListFoundationModels" in ended.source
    assert "amazon.nova-micro-v1:0" in ended.fix
    assert str(ended.place).startswith("command line")
    with pytest.raises(RecipeError) as caught:
        require_runnable(plan)
    assert ended in caught.value.findings


def test_an_uncertain_lifecycle_is_a_warning(recipe: Path) -> None:
    """Sources disagree about Llama 3.1: the plan stands, with a warning and unknown prices by name."""
    plan = planned(recipe, "model=llama-3.1-8b", "region=us-west-2")
    assert "P102" in codes(plan)
    assert plan.cost["unknown"] == ["training_tokens", "storage"]
    assert plan.cost["likely"] is None
    assert plan.data["budget"]["within"] is None


def test_distillation_without_a_teacher_is_refused(recipe: Path) -> None:
    """Every documented teacher of Nova Pro has ended; Nova Micro still has one."""
    words = ("method=distillation", "~hyperparameters.epochCount")
    assert "P103" in codes(planned(recipe, "model=nova-pro", *words))
    assert "P103" not in codes(planned(recipe, *words))


def test_warm_up_advice_follows_the_guide(recipe: Path) -> None:
    """48 records divided by 640 is no warm-up step at all; who sets that gets no advice."""
    assert "P104" in codes(planned(recipe))
    assert "P104" not in codes(planned(recipe, "hyperparameters.learningRateWarmupSteps=0"))


def test_a_local_model_costs_nothing(recipe: Path) -> None:
    """A recipe for a model of this machine has no bill to rehearse."""
    plan = planned(recipe, "model=tiny-random", "region=null")
    assert plan.cost["lines"] == []
    assert plan.cost["high"] == "0"
    assert plan.cost["rehearsal"] is False


def test_the_text_shows_all_a_reviewer_asks_for(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records, hyperparameters with origin, prices with source, verdict, fingerprint, next command."""
    monkeypatch.chdir(recipe.parent)
    plan = planned(recipe, "hyperparameters.epochCount=3")
    text = render(plan)
    for word in (
        "60 records read",
        "48 records",
        "(recipe)",
        "(default)",
        "On Amazon Bedrock this job would cost",
        "confidence C",
        "within the limit of 20.00 USD",
        plan.fingerprint,
        "next: runner run tone.yaml hyperparameters.epochCount=3",
    ):
        assert word in text
    assert "\x1b" not in text
    assert "\x1b[1m" in render(plan, color=True)


def test_a_recipe_cannot_move_the_cursor(recipe: Path) -> None:
    """Control characters in a saved plan are shown, not sent to the terminal."""
    plan = planned(recipe)
    part = {**plan.data["recipe"], "file": "a\x1b[2Jb.yaml"}
    text = render(Plan({**plan.data, "recipe": part}, plan.root))
    assert "\x1b" not in text
    assert "\\x1b[2J" in text


def test_a_plan_comes_back_from_its_file(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved in the project, or outside while one works in it: the same plan, and its recipe is found."""
    plan = planned(recipe, "hyperparameters.epochCount=3")
    project = recipe.parent.parent
    monkeypatch.chdir(project)
    for file in (project / "plan.json", tmp_path / "plan.json"):
        file.write_text(plan.to_json(), encoding="utf-8")
        read = read_plan(file)
        assert read.to_json() == plan.to_json()
        assert read.recipe_file == recipe
        assert read.overrides == ("hyperparameters.epochCount=3",)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"plan_version": 99, "recipe": {"file": "x"}}', "\udcff"])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    """A file that is not a plan gives a sentence, not a traceback."""
    file = tmp_path / "plan.json"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(RunnerError):
        read_plan(file)
