"""Fixtures that several areas use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub.server import Hub, dolly, serving
from hypothesis import settings

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


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub on loopback with a dolly-like dataset; a process started with `hub.environment` uses it."""
    with serving(dolly(), home=str(tmp_path_factory.mktemp("hf_home"))) as running:
        yield running
