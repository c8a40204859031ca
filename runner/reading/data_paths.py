"""The local paths that a recipe's sources name, each with its place in the recipe and what it may reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runner.project import cache_folder
from runner.reading.confine import Reach
from runner.reading.hub import is_repo
from runner.reading.source import source_context
from runner.reading.storage import S3
from runner.recipe import Part, Recipe


@dataclass(frozen=True, slots=True)
class DataPath:
    """One path, pattern or folder on this machine."""

    part: Part
    at: str
    """Its dotted path in the recipe, such as `sources.faq.path[0]`."""
    text: str
    reach: Reach


def data_paths(recipe: Recipe) -> Iterator[DataPath]:
    """Every local path of the sources `files` and `huggingface`."""
    for part in recipe.sources:
        for at, text in _written(part):
            context = source_context(recipe, part.label, cache=cache_folder(recipe.root), offline=True)
            yield DataPath(part, at, text, context.reach)


def _written(part: Part) -> Iterator[tuple[str, str]]:
    option = {"files": "path", "huggingface": "repo"}.get(part.kind)
    if option is None:
        return
    at, value = f"sources.{part.label}.{option}", part.options[option]
    many = [(at, value)] if isinstance(value, str) else [(f"{at}[{n}]", text) for n, text in enumerate(value)]
    for place, text in many:
        if text and not (text.startswith(S3) if option == "path" else is_repo(text)):
            yield place, text
