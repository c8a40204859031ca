"""Where the shipped `conf/`, `recipes/` and `schemas/` are: inside the wheel, or beside a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


def shipped(name: Literal["conf", "recipes", "schemas"]) -> Path:
    """The shipped folder of that name."""
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
