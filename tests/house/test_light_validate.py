"""`runner validate` stays light: what a hand waits for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = {"boto3", "botocore", "datasets", "torch", "transformers", "peft", "pyarrow", "pandas", "numpy"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recipes in a folder without a cache."""
    root = tmp_path_factory.mktemp("light")
    for name in ("recipes", "conf"):
        shutil.copytree(REPOSITORY / name, root / name)
    return root


def imported(project: Path, *words: str) -> set[str]:
    """Top-level names of what a command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "runner", *words],
        cwd=project, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}


@pytest.mark.parametrize("recipe", ["quickstart", "dolly_ja_nova_micro", "pretrain_ja_local"])
def test_no_heavy_library(project: Path, recipe: str) -> None:
    """Not for a local file, not for the hub, not for a local model: neither the first time nor the second."""
    file = f"recipes/{recipe}.yaml"
    assert imported(project, "validate", file) & HEAVY == set()
    again = imported(project, "validate", file)
    assert again & {*HEAVY, "hydra", "omegaconf", "jsonschema", "yaml"} == set()


def test_help_imports_next_to_nothing(project: Path) -> None:
    """`runner --help` reads the commands' own lines and no library."""
    libraries = {*HEAVY, "hydra", "omegaconf", "jsonschema", "yaml", "orjson"}
    assert imported(project, "--help") & libraries == set()
