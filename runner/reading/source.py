"""What a source gets and gives: where it may read, and its content as an input with an address and shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.reading.confine import Reach
from runner.reading.shard import Shard
from runner.recipe import Recipe

_LOCATIONS = ("path", "repo")


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What the recipe and the command line say about one source besides its own options."""

    label: str
    root: Path
    """The project folder: relative paths written in files start here."""
    data_roots: tuple[Path, ...]
    """Folders outside `root` that files named by the recipe may lie in."""
    trusted: bool
    """The path was typed on the command line: it may name any file, relative to the working directory."""
    offline: bool
    cache: Path
    """`<root>/.runner/cache`: objects fetched from S3 are kept in its `objects/`."""

    @property
    def reach(self) -> Reach:
        """The folders this source may read."""
        return Reach.of(self.root, self.data_roots, trusted=self.trusted)


def source_context(recipe: Recipe, label: str, *, cache: Path, offline: bool) -> SourceContext:
    """The context of one source of a recipe."""
    return SourceContext(
        label=label,
        root=recipe.root,
        data_roots=tuple(folder for folder in recipe.data_roots if folder != recipe.root),
        # Only the location itself counts: who types `sources.faq.limit=10` has not looked at the path.
        trusted=any(f"sources.{label}.{option}" in recipe.trusted_paths for option in _LOCATIONS),
        offline=offline,
        cache=cache,
    )


@dataclass(frozen=True, slots=True)
class Input:
    """The content of one source, known by its digest before any row is parsed."""

    location: str
    digest: str
    """SHA-256 (hex) of the content, or of the immutable pinned revision that stands for it."""
    facts: Mapping[str, Any]
    """What the manifest says about it: files with their SHA-256, revision, …."""
    shards: Callable[[], Iterator[Shard]]
    """Opens the content and cuts it; may be called again."""
