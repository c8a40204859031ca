"""A saved plan is refused once anything it depends on has changed, and the refusal says what."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plan_project import make_project, planned, write_records

from runner.errors import StalePlanError
from runner.plan import Plan, require_current


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """The recipe of a fresh project."""
    return make_project(tmp_path)


def refusal(old: Plan, new: Plan) -> str:
    """The message with which the old plan is refused."""
    with pytest.raises(StalePlanError) as caught:
        require_current(old, new)
    assert caught.value.exit_code == 4
    assert "runner plan" in caught.value.fix
    return caught.value.message


def test_an_unchanged_plan_is_current(recipe: Path) -> None:
    """Planned again from the same files: nothing to say."""
    require_current(planned(recipe), planned(recipe))


def test_changed_data_is_named(recipe: Path, tmp_path: Path) -> None:
    """One more record: old and new counts and digests."""
    old = planned(recipe)
    write_records(tmp_path, 61)
    message = refusal(old, planned(recipe))
    assert "data: train.jsonl" in message
    assert "data: records to train on: 48 -> 49" in message


def test_a_changed_recipe_is_named(recipe: Path) -> None:
    """The value that was edited, by its path, old and new; also one that only touches the budget."""
    old = planned(recipe)
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(text.replace("epochCount: 2", "epochCount: 3").replace("max_usd: 20", "max_usd: 30"))
    message = refusal(old, planned(recipe))
    assert "recipe: hyperparameters.epochCount: 2 -> 3" in message
    assert "recipe: budget.max_usd: 20 -> 30" in message
    assert "data:" not in message


def test_another_order_of_the_steps_is_named(recipe: Path) -> None:
    """It is another recipe, even if no byte of these data shows it."""
    text, steps = recipe.read_text(encoding="utf-8"), ["  drop_empty: {}\n", "  drop_outliers: {}\n"]
    recipe.write_text(text + "steps:\n" + "".join(steps), encoding="utf-8")
    old = planned(recipe)
    recipe.write_text(text + "steps:\n" + "".join(reversed(steps)), encoding="utf-8")
    message = refusal(old, planned(recipe))
    assert "recipe: order of steps: drop_empty, drop_outliers -> drop_outliers, drop_empty" in message
    assert "data:" not in message


def test_a_changed_executor_is_named(recipe: Path) -> None:
    """Settings of the executor count, too: another seed is another job."""
    message = refusal(planned(recipe), planned(recipe, "executor.seed=7"))
    assert "executor settings: seed: 0 -> 7" in message


def _price(data: dict[str, Any]) -> None:
    data["model"]["digest"] = "0" * 64
    data["cost"]["high"] = "5"


def _tool(data: dict[str, Any]) -> None:
    data["runner"] = "0.0.1"


def _unnamed(data: dict[str, Any]) -> None:
    data["fingerprint"] = "0" * 64


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (_price, "facts: capability schema: 000000000000… -> "),
        (_price, "cost (high): 5 -> "),
        (_tool, "tool version: '0.0.1' -> "),
        (_unnamed, "fingerprint: 000000000000… -> "),
    ],
)
def test_changed_facts_and_tools_are_named(
    recipe: Path, change: Callable[[dict[str, Any]], None], word: str
) -> None:
    """Prices, the tool itself, and whatever else moves the fingerprint."""
    new = planned(recipe)
    data = copy.deepcopy(dict(new.data))
    change(data)
    assert word in refusal(Plan(data, new.root), new)
