"""Fixtures of the live area: recorded AWS, and the environment of somebody who has an account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from live.recorded import Recorded, recorded


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Recorded]:
    """Recorded AWS, reached as any AWS tool would reach it; refreshed facts go to a folder of the test."""
    with recorded() as told:
        for name, value in {
            "AWS_ENDPOINT_URL": told.url,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "RUNNER_MODELS": str(tmp_path / "facts"),
        }.items():
            monkeypatch.setenv(name, value)
        yield told
