"""The project folder of a recipe: where relative data paths start and where results are kept."""

from __future__ import annotations

import os
from pathlib import Path

_MARKS = ("conf", "recipes", ".git", "pyproject.toml")


def project_root(recipe_file: Path) -> Path:
    """The nearest folder above the recipe with `conf/`, `recipes/` or a repository, else the recipe's own."""
    # The folder's links are followed, the file's own are not: a link may not choose the project.
    folder = recipe_file.absolute().parent.resolve()
    for candidate in (folder, *folder.parents):
        if any((candidate / mark).exists() for mark in _MARKS):
            return candidate
    return folder


def cache_folder(root: Path) -> Path:
    """`.runner/` of the project: derived data that may be deleted at any time."""
    return root / ".runner"


def cache_home() -> Path:
    """Per-user folder, for converted models say: `$RUNNER_CACHE`, else the platform's cache folder."""
    if stated := os.environ.get("RUNNER_CACHE"):
        return Path(stated).expanduser()
    top = os.environ.get("XDG_CACHE_HOME")
    return (Path(top) if top else Path.home() / ".cache") / "bedrock-recipe-runner"
