"""A small recipe project for every test of this folder."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from recipe_projects import Project, new_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project; the working directory is its folder."""
    monkeypatch.chdir(tmp_path)
    return new_project(tmp_path)


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """What is made to take for ever must fail, not hang: half a minute for each test."""

    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError("this takes too long")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
