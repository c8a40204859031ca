"""Fixtures that several areas use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hub.server import Hub, dolly, serving
from hypothesis import settings

if TYPE_CHECKING:
    from runner.simulator.running import Simulator

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the checkout, read in place."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder


# Other work shares the machine: how long one example takes says nothing.
settings.register_profile("runner", deadline=None)
settings.load_profile("runner")

# Nothing here looks for the credentials of the machine that it runs on.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub on loopback with a dolly-like dataset; a process started with `hub.environment` uses it."""
    with serving(dolly(), home=str(tmp_path_factory.mktemp("hf_home"))) as running:
        yield running


@pytest.fixture(autouse=True, scope="session")
def own_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees or changes the ledger of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNNER_STATE", str(tmp_path_factory.mktemp("state")))
        patch.delenv("RUNNER_LEDGER", raising=False)
        yield


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulated AWS on loopback whose clock stands still; a call that nobody implements fails the test."""
    pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")
    from runner.simulator.running import running

    with running() as simulated:
        yield simulated
        problems = "\n".join(simulated.problems)
        assert not problems, f"asked of the simulator, and not simulated:\n{problems}"
