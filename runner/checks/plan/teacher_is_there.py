"""Distillation needs a teacher that is still served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runner.finding import Finding
from runner.model import Model, instead
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset


def teacher_is_there(recipe: Recipe, model: Model, _dataset: Dataset) -> Iterator[Finding]:
    """Refuse a distillation whose documented teachers have all ended.

    `P103`: no teacher of this student can be used any more.
    """
    method = model.methods[recipe.method]
    if method.teachers == ():
        teachers = method.data["teachers"]
        message = f"no teacher is left for {model.name}: {', '.join(teachers['value'])} ended"
        source = model.source(teachers["source"])
        yield Finding("P103", message, path="method", fix=instead(model, recipe.method), source=source)
