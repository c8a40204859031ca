"""docs/security.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_test_it_names_is_there() -> None:
    """A promise whose test was renamed or removed is a promise no more."""
    page = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
    functions = set(re.findall(r"`(test_\w+)`", page))
    files = set(re.findall(r"`(tests/[\w/]+\.py)`", page))
    files_there = (REPOSITORY / "tests").rglob("test_*.py")
    written = "\n".join(path.read_text(encoding="utf-8") for path in files_there)
    assert {name for name in functions if f"def {name}(" not in written} == set()
    assert {name for name in files if not (REPOSITORY / name).exists()} == set()
    assert len(functions) >= 6
