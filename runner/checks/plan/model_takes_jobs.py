"""May a new customization job of this model and method start at all?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runner.finding import Finding
from runner.model import Model, instead
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset


def model_takes_jobs(recipe: Recipe, model: Model, _dataset: Dataset) -> Iterator[Finding]:
    """Refuse a job that the service would refuse; the recipe stays valid against the model's history.

    `P101`: the model takes no new customization jobs; the finding names what does.
    `P102`: the sources disagree on whether the model still takes new jobs.
    """
    life = model.lifecycle
    source = model.source(life["source"]) if life.get("source") else ""
    if model.jobs_allowed is False:
        dates = [f"{word} {life[key]}" for key, word in _DATES if life.get(key)]
        facts = "; ".join(filter(None, (*dates, life.get("note", ""))))
        message = f"{model.name} takes no new {recipe.method} jobs: {life['status']}"
        message += f" ({facts})" if facts else ""
        yield Finding("P101", message, path="model", fix=instead(model, recipe.method), source=source)
    elif model.jobs_allowed is None:
        doubt = life.get("note") or "no source says so"
        message = f"it is not certain that {model.name} still takes new jobs: {doubt}"
        fix = "ask the service before a paid job: aws bedrock get-foundation-model"
        yield Finding("P102", message, "warning", path="model", fix=fix, source=source)


_DATES = (("legacy_date", "legacy since"), ("end_date", "ended on"))
