"""Are the facts that the plan rests on young enough to pay by?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from runner.facts import age_in_days, newest_facts
from runner.finding import Finding
from runner.model import Model
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset

MOST_DAYS = 90
"""Models were retired within weeks; facts of a quarter are the most that a plan takes silently."""


def facts_are_recent(recipe: Recipe, model: Model, _dataset: Dataset) -> Iterator[Finding]:
    """Look at the newest source of the method and the lifecycle. A local model cannot be retired.

    `P105`: the newest fact about the model's method is older than 90 days, or undated.
    """
    if model.platform == "local":
        return
    as_of = newest_facts(model, recipe.method)
    days = age_in_days(as_of, date.today())
    if days is not None and days <= MOST_DAYS:
        return
    # No number of days: the same plan would read differently every morning.
    known = f"what is known of {recipe.method} of {model.name} is of {as_of}"
    message = f"{known}, more than {MOST_DAYS} days old: limits, prices and the lifecycle may have changed"
    fix = "compare them with the service: runner models refresh"
    yield Finding("P105", message, "warning", path="model", fix=fix)
