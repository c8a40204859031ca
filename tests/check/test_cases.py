"""`tests/recipes`: a file more is a test more. Beside an invalid recipe stand the findings it must give."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from recipe_projects import Project, findings_of

CASES = Path(__file__).resolve().parents[1] / "recipes"
VALID = sorted((CASES / "valid").glob("*.yaml"))
INVALID = sorted((CASES / "invalid").glob("*.yaml"))


def test_the_cases_are_found() -> None:
    """A test that looks at nothing proves nothing."""
    assert len(VALID) >= 6
    assert len(INVALID) >= 14
    assert all(case.with_suffix(".expected").exists() for case in INVALID)


@pytest.mark.parametrize("case", VALID, ids=[case.stem for case in VALID])
def test_valid_recipes_have_no_errors(project: Project, case: Path) -> None:
    """Accepted, in a project of their own."""
    file = Path(shutil.copy(case, project.root / "recipes"))
    assert [finding for finding in findings_of(file) if finding.severity == "error"] == []


@pytest.mark.parametrize("case", INVALID, ids=[case.stem for case in INVALID])
def test_invalid_recipes_have_exactly_the_expected_findings(project: Project, case: Path) -> None:
    """`line:column code` for each, in order of the place; nothing more, nothing less."""
    file = Path(shutil.copy(case, project.root / "recipes"))
    found = [
        f"{finding.place.line}:{finding.place.column} {finding.code}"
        for finding in findings_of(file)
        if finding.place is not None
    ]
    expected = case.with_suffix(".expected").read_text("utf-8").split("\n")
    assert found == [line.partition("#")[0].strip() for line in expected if line.partition("#")[0].strip()]
