"""Trainings of the tiny model that several tests use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from training.cases import Case


@pytest.fixture(scope="session", autouse=True)
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One cache of made models for all tests here, so that nobody's own cache is touched."""
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNNER_CACHE", str(folder))
        yield folder


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A fresh training of 24 records in 12 steps."""
    return Case(tmp_path)


@pytest.fixture(scope="session")
def completed(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Case:
    """The same training, run once without a break."""
    del model_cache
    case = Case(tmp_path_factory.mktemp("completed"))
    job = case.submit()
    assert job.state == "Completed", job.failure
    return case


@pytest.fixture
def make_case(tmp_path: Path) -> Callable[..., Case]:
    """Cases with other data or options."""
    return lambda **changes: Case(**{"root": tmp_path, **changes})
