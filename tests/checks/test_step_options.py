"""Options of steps that the types allow and the step does not are findings."""

from __future__ import annotations

from typing import Any, cast

import pytest

from runner.checks.recipe.step_options import step_options
from runner.compose import Composed
from runner.finding import Finding


class Written:
    """As much of a composition as the check reads."""

    def __init__(self, steps: Any) -> None:
        self.mapping = {"steps": steps}

    def finding(self, path: str, code: str, message: str, **_: str) -> Finding:
        """A finding without a place."""
        return Finding(code, message, path=path)


def findings(steps: Any) -> list[Finding]:
    """What the check says about these steps."""
    return list(step_options(cast(Composed, Written(steps)), None))


def test_a_refusal_is_a_finding_at_its_option() -> None:
    """All of them at once, each at the option it is about."""
    found = findings(
        {
            "notes": {"kind": "filter_pattern", "drop": ["("]},
            "limit_tokens": {"max_tokens": 10, "min_tokens": 20},
            "drop_outliers": {"min_characters": {"text": 9}, "max_characters": {"text": 3}},
            "drop_empty": None,
        }
    )
    assert [(finding.code, finding.path) for finding in found] == [
        ("R120", "steps.notes"),
        ("R120", "steps.limit_tokens.min_tokens"),
        ("R120", "steps.drop_outliers.min_characters"),
    ]
    assert "missing ): (" in found[0].message


@pytest.mark.parametrize(
    "steps",
    [
        None,
        [],
        "x",
        {"drop_empty": "x"},
        {"unknown": {}},
        {7: {}},
        {"sample": {"records": "many"}},
        {"sample": {"typo": 1}},
        {"drop_outliers": {"min_characters": [1]}},
        {"filter_pattern": {"drop": [7]}},
        {"replace": {"texts": 3}},
        {"normalize_whitespace": {"max_newlines": 1.5}},
        {"x": {"kind": ["sample"]}},
    ],
)
def test_wrong_types_are_for_the_schema_to_say(steps: Any) -> None:
    """Never a second finding, and never a traceback."""
    assert findings(steps) == []
