"""A small recipe project for every test of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from recipe_projects import Project, new_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project; the working directory is its folder."""
    monkeypatch.chdir(tmp_path)
    return new_project(tmp_path)
