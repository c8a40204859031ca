"""Checks of a plan that advise or warn: old facts, few records seen often, much less data than is usual."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner import plugins
from runner.catalogue.overview import summary
from runner.dataset import Dataset
from runner.finding import Finding
from runner.model import Model, load_model
from runner.recipe import Budget, Part, Recipe, Split


def recipe(model: str, method: str = "fine_tuning", **hyperparameters: int | float) -> Recipe:
    """A recipe for that model."""
    return Recipe(
        "r", "", model, method, None, (), (), Part("format", "converse", {}), Split(0, None, 0),
        hyperparameters, Budget(None, None, False), Part("executor", "local", {}), Path("r.yaml"), Path(), (),
        {}, frozenset(), (),
    )  # fmt: skip


def dataset(records: int, tokens: int = 0) -> Dataset:
    """A dataset of that size."""
    manifest: dict[str, Any] = {"totals": {"train": records}, "tokens": {"train": {"total": tokens}}}
    return Dataset("a", Path(), manifest)


def found(check: str, recipe: Recipe, dataset: Dataset, model: Model | None = None) -> list[Finding]:
    """What one check says."""
    return list(plugins.load("checks.plan", check)(recipe, model or load_model(recipe.model), dataset))


def dated(days: int) -> Model:
    """Nova Micro as if every source were that many days old."""
    model = load_model("nova-micro")
    day = (date.today() - timedelta(days=days)).isoformat()
    sources = {key: {**source, "as_of": day} for key, source in model.data["sources"].items()}
    return replace(model, data={**model.data, "sources": sources})


@pytest.mark.parametrize(("days", "codes"), [(1, []), (90, []), (91, ["P105"]), (400, ["P105"])])
def test_facts_older_than_a_quarter_are_a_warning(days: int, codes: list[str]) -> None:
    """The date of the lifecycle decides; the text holds no number that changes every day."""
    findings = found("facts_are_recent", recipe("nova-micro"), dataset(100), dated(days))
    assert [one.code for one in findings] == codes
    for one in findings:
        assert one.severity == "warning"
        assert "runner models refresh" in one.fix
        assert str(days) not in one.message or days == 90


def test_the_lifecycle_decides() -> None:
    """New names of hyperparameters do not tell whether the model takes jobs; the table agrees."""
    old = dated(400)
    fresh = {**old.data["sources"]["hp"], "as_of": date.today().isoformat()}
    model = replace(old, data={**old.data, "sources": {**old.data["sources"], "hp": fresh}})
    assert found("facts_are_recent", recipe("nova-micro"), dataset(100), model)
    assert summary(model, date.today())["facts_age_days"] == 400
    live = {**old.data["sources"]["live"], "as_of": date.today().isoformat()}
    model = replace(old, data={**old.data, "sources": {**old.data["sources"], "live": live}})
    assert found("facts_are_recent", recipe("nova-micro"), dataset(100), model) == []


def test_undated_facts_are_old_and_a_local_model_has_no_lifecycle() -> None:
    """Nobody knows how old a page without a date is; nobody retires what lies on this machine."""
    old = dated(1)
    sources = {key: {**source, "as_of": "undated"} for key, source in old.data["sources"].items()}
    undated = replace(old, data={**old.data, "sources": sources})
    assert [one.code for one in found("facts_are_recent", recipe("nova-micro"), dataset(100), undated)] == [
        "P105"
    ]
    assert found("facts_are_recent", recipe("tiny-random"), dataset(1)) == []


@pytest.mark.parametrize(
    ("model", "records", "epochs", "warns"),
    [
        ("nova-micro", 60, 5, True),
        ("nova-micro", 60, 2, False),
        ("nova-micro", 100, 5, False),
        ("claude-3-haiku", 50, 10, True),
        ("cohere-command", 5000, 11, True),
        ("cohere-command", 5000, 10, False),
        ("titan-multimodal-embeddings", 5000, 10, False),
    ],
)
def test_little_data_many_epochs(model: str, records: int, epochs: int, warns: bool) -> None:
    """Fewer than 100 records and more epochs than usual, or more than 10 epochs, is likely to over-fit."""
    stated = recipe(load_model(model).id, epochCount=epochs)
    findings = found("few_records_many_epochs", stated, dataset(records))
    assert [one.code for one in findings] == ["P106"] * warns
    assert all(one.severity == "warning" and "confidence D" in one.source for one in findings)


def test_the_advice_names_the_multiplier_where_the_model_has_one() -> None:
    """Claude 3 Haiku has a learning-rate multiplier; who has set 0.1 already is told only the epochs."""
    id = load_model("claude-3-haiku").id
    (both,) = found("few_records_many_epochs", recipe(id, epochCount=10), dataset(50))
    assert both.fix.endswith("hyperparameters.epochCount=2 hyperparameters.learningRateMultiplier=0.1")
    low = recipe(id, epochCount=10, learningRateMultiplier=0.1)
    (epochs,) = found("few_records_many_epochs", low, dataset(50))
    assert "learningRateMultiplier" not in epochs.fix
    nova = recipe(load_model("nova-micro").id, epochCount=5)
    (other,) = found("few_records_many_epochs", nova, dataset(50))
    assert "learningRateMultiplier" not in other.fix


@pytest.mark.parametrize(
    ("model", "method", "records", "tokens", "said"),
    [
        ("nova-micro", "fine_tuning", 49, 0, "at least 50 (and 100 to start with)"),
        ("nova-micro", "fine_tuning", 50, 0, ""),
        ("nova-micro", "fine_tuning", 10_000, 0, ""),
        ("nova-micro", "fine_tuning", 10_001, 0, "10,000 at most"),
        ("nova-micro", "distillation", 1, 0, ""),
        ("titan-multimodal-embeddings", "fine_tuning", 20_000, 0, ""),
        ("tiny-random", "continued_pre_training", 9, 9_999_999, "better 100,000,000 to 1,000,000,000"),
        ("tiny-random", "continued_pre_training", 9, 10_000_000, "100,000,000 to 1,000,000,000"),
        ("tiny-random", "continued_pre_training", 9, 100_000_000, ""),
    ],
)
def test_volume_is_advice(model: str, method: str, records: int, tokens: int, said: str) -> None:
    """Advice, never an error: the model's own limits are other checks."""
    findings = found("volume_is_advised", recipe(load_model(model).id, method), dataset(records, tokens))
    assert [one.severity for one in findings] == (["advice"] if said else [])
    assert all(said in one.message and one.code == "P107" for one in findings)
