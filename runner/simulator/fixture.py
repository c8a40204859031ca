"""The simulator's own facts: `fixtures/<name>.json`, written by hand from the sources named in them."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "fixtures"


@functools.cache
def fixture(name: str) -> Any:
    """What one fixture file says; do not change what you are given."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
