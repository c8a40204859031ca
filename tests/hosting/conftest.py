"""A ledger of the test's own, and a project with a finished job."""

from __future__ import annotations

from pathlib import Path

import pytest
from hosting.cases import Case, finished_job

from runner.bedrock.cloud import _clients_of
from runner.simulator.running import Simulator


@pytest.fixture
def case(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The usual project; the working directory is its root."""
    _clients_of.cache_clear()  # a process has one environment; the tests of a file have several
    monkeypatch.setenv("RUNNER_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("RUNNER_SIMULATOR", raising=False)
    root = tmp_path / "shop"
    root.mkdir()
    monkeypatch.chdir(root)
    return finished_job(root, simulator)
