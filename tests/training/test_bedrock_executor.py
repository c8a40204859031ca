"""The Bedrock executor of this version: a request to look at, and an honest refusal to send it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from training.cases import Case

from runner.errors import RunnerError
from runner.executors.bedrock import bedrock
from runner.model import load_model, models
from runner.progress import Progress


def bedrock_model() -> str:
    """Any Bedrock model with a fine-tuning method."""
    found = (m.id for m in models() if m.platform == "bedrock" and "fine_tuning" in m.methods)
    return next(found, "")


def test_the_settings_are_members_of_the_request(make_case: Callable[..., Case]) -> None:
    """Bedrock's own words, and hyperparameters as strings."""
    if not (name := bedrock_model()):
        pytest.skip("no Bedrock model has a capability file yet")
    case = make_case(model=name, hyperparameters={"epochCount": 2})
    executor: Any = bedrock()
    manifest = SimpleNamespace(manifest={"totals": {"validation": 3}})
    settings = executor.settings(case.recipe, load_model(name), manifest)
    assert settings["customizationType"] == "FINE_TUNING"
    assert settings["hyperParameters"]["epochCount"] == "2"
    assert all(isinstance(value, str) for value in settings["hyperParameters"].values())
    assert executor.check(case.recipe, load_model(name), manifest) == []


def test_a_local_model_is_no_bedrock_job(case: Case) -> None:
    """Found before anything is built for it."""
    assert [finding.code for finding in bedrock().check(*case.arguments)] == ["P205"]


def test_submitting_says_that_it_cannot_yet(case: Case) -> None:
    """Nothing pretends to be a job."""
    with pytest.raises(RunnerError, match="does not submit") as caught:
        bedrock().submit(case.plan, case.run, Progress(quiet=True))
    assert "executor=local" in caught.value.fix
