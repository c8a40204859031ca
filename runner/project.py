"""The project folder of a recipe: where relative data paths start and where results are kept."""

from __future__ import annotations

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
