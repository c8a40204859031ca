"""Fixtures of the Bedrock tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bedrock.stage import Cloud, Runners


@pytest.fixture(scope="session")
def runners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runners]:
    """Real runner processes that start in milliseconds."""
    pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")
    from bedrock.stage import Runners

    made = Runners(tmp_path_factory.mktemp("runners"))
    yield made
    made.close()


@pytest.fixture
def aws() -> Iterator[Cloud]:
    """A fresh simulated AWS whose clock moves when somebody looks at a job."""
    from bedrock.stage import cloud

    with cloud() as made:
        yield made
        assert not made.world.problems, made.world.problems


@pytest.fixture(scope="session")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project for all tests of the session: its dataset is built once."""
    from bedrock.stage import new_project

    return new_project(tmp_path_factory.mktemp("project") / "faq-project")


@pytest.fixture
def project(built_project: Path) -> Path:
    """The project as before its first run."""
    from bedrock.stage import forget

    forget(built_project)
    return built_project
