"""The hand-written page on records: its examples are what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pictures import judged

PAGE = Path(__file__).resolve().parents[2] / "docs" / "records.md"
EXAMPLE = re.compile(r"^<!-- (\w+) (\S+) (\w+) -->\n```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) == 6


@pytest.mark.parametrize(("format", "model", "method", "text"), EXAMPLES)
def test_every_example_of_the_page_is_accepted(format: str, model: str, method: str, text: str) -> None:
    """By the model and method that the page names."""
    faults = judged([json.loads(text)], format=format, model=model, method=method, file="/a.json.gz")
    assert [fault for _, fault in faults if fault.severity == "error"] == []
