"""The pages that tell of advice and tokens say what the data says."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.advising.answers import knowledge, questions
from runner.model import load_model

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_rule_and_source_is_told() -> None:
    """A rule that changes without the page is noticed."""
    page = (DOCS / "advice.md").read_text(encoding="utf-8")
    data = knowledge()
    for rule in data["rules"]:
        assert rule["text"].partition("{")[0] in page
    for source in data["sources"].values():
        assert source["title"] in page
    for question in questions():
        assert f"`{question.flag}`" in page
    assert page.count("| never |") == sum(bool(rule.get("never")) for rule in data["rules"])


@pytest.mark.parametrize("model", ["amazon.nova-micro-v1:0", "meta.llama3-3-70b-instruct-v1:0"])
def test_the_bounds_are_those_of_the_schemas(model: str) -> None:
    """The two tables of docs/tokens.md."""
    page = (DOCS / "tokens.md").read_text(encoding="utf-8")
    for script, bounds in load_model(model).data["tokens"]["estimate"]["scripts"].items():
        record, total = bounds["record"], bounds["total"]
        numbers = (record["low"], record["high"], total["low"], total["likely"], total["high"])
        assert f"| {script} | " + " | ".join(f"{number:.2f}" for number in numbers) + " |" in page
