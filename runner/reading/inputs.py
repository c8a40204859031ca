"""The sources of a recipe, opened: where each may read, what it holds, what an address needs of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.building.fingerprint import part_identity
from runner.building.pipeline import SourceRows
from runner.plugins import load
from runner.reading.source import Input, source_context
from runner.recipe import Part, Recipe

COMMON = ("fields", "limit", "licence", "description")
"""Options that every source has; the others are its own."""


@dataclass(frozen=True, slots=True)
class NamedInput:
    """A source of the recipe with its opened content."""

    part: Part
    input: Input

    def rows(self) -> SourceRows:
        """The source as the pipeline needs it."""
        options = self.part.options
        return SourceRows(self.part.label, options["fields"], options.get("limit"), self.input.shards)

    def identity(self) -> dict[str, Any]:
        """What the records depend on: the content and how it is read, not how it is described."""
        options = {
            key: value for key, value in self.part.options.items() if key not in {"licence", "description"}
        }
        identity = part_identity("sources", Part(self.part.label, self.part.kind, options))
        # The order of the mapping is the order of the fields.
        return {**identity, "fields": list(options["fields"].items()), "digest": self.input.digest}

    def manifest_row(self, records: int) -> dict[str, Any]:
        """The source's row of the manifest."""
        row = {
            "label": self.part.label,
            "kind": self.part.kind,
            "location": self.input.location,
            "digest": self.input.digest,
            "records": records,
            **self.input.facts,
        }
        licence = self.part.options.get("licence")
        return {**row, "licence": licence} if licence else row


def open_inputs(recipe: Recipe, cache: Path, *, offline: bool) -> list[NamedInput]:
    """Every source of the recipe, in its order; contents are hashed, no row is read."""
    return [NamedInput(part, _open(recipe, part, cache, offline)) for part in recipe.sources]


def _open(recipe: Recipe, part: Part, cache: Path, offline: bool) -> Input:
    context = source_context(recipe, part.label, cache=cache, offline=offline)
    own: Mapping[str, Any] = {key: value for key, value in part.options.items() if key not in COMMON}
    try:
        found: Input = load("sources", part.kind)(context, **own)
    except Exception as error:
        error.add_note(f"in the source sources.{part.label} ({part.kind})")
        raise
    return found
