"""Are the facts that the plan rests on young enough to pay by?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from runner.facts import age_in_days, facts_as_of
from runner.finding import Finding
from runner.model import Model
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset

MOST_DAYS = 90
"""Models were retired within weeks; facts of a quarter are the most that a plan takes silently."""


def facts_are_recent(_recipe: Recipe, model: Model, _dataset: Dataset) -> Iterator[Finding]:
    """Look at the date of the lifecycle, as `runner models` shows it. A local model cannot be retired.

    `P105`: what is known of the model's lifecycle is older than 90 days, or undated.
    """
    if model.platform == "local":
        return
    as_of = facts_as_of(model)
    days = age_in_days(as_of, date.today())
    if days is not None and days <= MOST_DAYS:
        return
    # No number of days: the same plan would read differently every morning.
    known = f"what is known of {model.name} is of {as_of}"
    message = f"{known}, more than {MOST_DAYS} days old: limits, prices and the lifecycle may have changed"
    fix = "compare them with the service: runner models refresh"
    yield Finding("P105", message, "warning", path="model", fix=fix)
