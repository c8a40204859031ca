"""Patterns: what they name, and that a quick matcher names the same as a patient one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.reading.listing import matcher

PARTS = st.lists(st.sampled_from(["a", "b", "/", "*", "?", "/**/", "**", "."]), min_size=1, max_size=8)
NAMES = st.lists(st.text("ab.", min_size=1, max_size=4), min_size=1, max_size=4)


def patient(pattern: str) -> re.Pattern[str]:
    """The same meaning, spelled without a thought for time."""
    out = ""
    for part in re.split(r"((?:\A|(?<=/))\*\*/|\*\*|\*|\?)", pattern):
        out += {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return re.compile(out, re.DOTALL)


@given(parts=PARTS, names=st.lists(NAMES, min_size=1, max_size=20))
def test_the_quick_matcher_agrees_with_the_patient_one(parts: list[str], names: list[list[str]]) -> None:
    """For any pattern and name."""
    pattern = "".join(parts)
    for name in ("/".join(folders) for folders in names):
        assert bool(matcher(pattern).fullmatch(name)) == bool(patient(pattern).fullmatch(name)), name


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.jsonl", ["a.jsonl", ".jsonl"], ["a/b.jsonl", "a.jsonl.gz"]),
        ("**/*.jsonl", ["a.jsonl", "a/b/c.jsonl"], ["a.json"]),
        ("**", ["a", "a/b"], []),
        ("data/**/part-?.csv", ["data/part-1.csv", "data/x/y/part-2.csv"], ["data/part-10.csv"]),
        ("a[1].{x}", ["a[1].{x}"], ["a1.x"]),
        ("日*本", ["日本", "日の本"], ["日の"]),
    ],
)
def test_what_patterns_name(pattern: str, yes: list[str], no: list[str]) -> None:
    """Stars stay inside a name, `**` spans folders, and nothing else has a meaning."""
    assert all(matcher(pattern).fullmatch(name) for name in yes)
    assert not any(matcher(pattern).fullmatch(name) for name in no)
