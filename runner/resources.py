"""Where the shipped `conf/`, `recipes/` and `schemas/` are: inside the wheel, or beside a checkout."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from runner import __version__

_PACKAGE = Path(__file__).parent


def shipped(name: Literal["conf", "recipes", "schemas"]) -> Path:
    """The shipped folder of that name."""
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def refreshed_models() -> Path:
    """This user's newer capability schemas, which win over the shipped ones: `$RUNNER_MODELS`, or a folder.

    Never a folder of the project: a pull request must not be able to lower a price or lift a limit. One
    folder for each version: a new version brings facts of its own.
    """
    if stated := os.environ.get("RUNNER_MODELS"):
        return Path(stated).expanduser()
    top = os.environ.get("XDG_DATA_HOME")
    home = Path(top) if top else Path.home() / ".local" / "share"
    return home / "bedrock-recipe-runner" / "models" / __version__


def is_checkout() -> bool:
    """Whether this is the repository itself, whose schemas are files to edit and commit."""
    return not (_PACKAGE / "_shipped").is_dir()
