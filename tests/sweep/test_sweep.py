"""A sweep through Hydra's own sweeper: every job reported, dataset work shared, nothing hidden."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SMALL = ("executor.base=tiny-random", "executor.samples=0", "executor.threads=1", "executor.merge=false")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, with the shipped quickstart recipe."""
    shutil.copytree(REPOSITORY / "recipes", tmp_path / "recipes")
    return tmp_path


def run(project: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The real command in a real process, in the project's folder."""
    return subprocess.run(
        [sys.executable, "-m", "runner", "run", "recipes/quickstart.yaml", *words],
        cwd=project,
        env={**os.environ, "RUNNER_CACHE": str(project / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )


def sweep_json(project: Path) -> dict[str, Any]:
    """The one sweep of the project."""
    (file,) = project.glob("runs/quickstart/sweeps/*/sweep.json")
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data


@pytest.mark.slow
def test_a_failing_point_does_not_hide_the_others(project: Path) -> None:
    """Two points train, one is refused by the model's range: all three are in the table and in sweep.json."""
    done = run(project, ["-m", "hyperparameters.epochCount=1,9,2", "split.train_records=8", *SMALL])
    assert done.returncode == 5, done.stderr
    assert "1 of 3 jobs did not complete" in done.stderr
    data = sweep_json(project)
    assert data["complete"] is True
    assert [job["state"] for job in data["jobs"]] == ["Completed", "Failed", "Completed"]
    refused = data["jobs"][1]
    assert refused["findings"][0]["code"] == "R102"
    assert "allows 1 to 5" in refused["error"]
    for job in (data["jobs"][0], data["jobs"][2]):
        assert job["validation_loss_after"] < job["validation_loss_before"]
        assert job["tokens"] > 0
        assert job["cost"]["likely"]
    assert data["parameters"] == ["hyperparameters.epochCount"]
    rows = [line.split() for line in done.stdout.splitlines() if line.split()[:1] in (["0"], ["1"], ["2"])]
    assert [row[2] for row in rows] == ["Completed", "Failed", "Completed"]


@pytest.mark.slow
def test_dataset_work_is_shared_and_training_sets_are_nested(project: Path) -> None:
    """Two sizes come from one corpus, have one validation set, and the smaller file starts the larger one."""
    done = run(project, ["-m", "split.train_records=8,16", "hyperparameters.epochCount=1", *SMALL])
    assert done.returncode == 0, done.stderr
    assert len(list(project.glob(".runner/cache/*/corpora/*"))) == 1, "the corpus was built once"
    runs = [json.loads(file.read_text()) for file in project.glob("runs/quickstart/*/plan.json")]
    assert len({plan["dataset"]["validation_sha256"] for plan in runs}) == 1
    small, large = sorted(project.glob("runs/quickstart/*/train.jsonl"), key=lambda file: file.stat().st_size)
    assert large.read_bytes().startswith(small.read_bytes())


@pytest.mark.slow
def test_a_sweep_run_twice_trains_nothing_again(project: Path) -> None:
    """The second sweep finds every job done and gives the same numbers."""
    words = ["-m", "hyperparameters.epochCount=1,2", "split.train_records=8", *SMALL]
    assert run(project, words).returncode == 0
    first = sweep_json(project)
    adapters = {file: file.stat().st_mtime_ns for file in project.glob("runs/**/*.safetensors")}
    assert adapters
    assert run(project, words).returncode == 0
    assert sweep_json(project)["jobs"] == first["jobs"]
    assert {file: file.stat().st_mtime_ns for file in project.glob("runs/**/*.safetensors")} == adapters


def test_overrides_that_cannot_be_composed_are_findings_before_any_job(project: Path) -> None:
    """A grammar error and a hydra setting are refused with exit code 2, and nothing has run."""
    done = run(project, ["-m", "hyperparameters.epochCount=1,2", "hydra.run.dir=/tmp/elsewhere"])
    assert done.returncode == 2
    assert "hydra.run.dir" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(project.glob("runs/quickstart/*/job.json"))
    done = run(project, ["-m", "steps=instruction_ja,no_such_steps"])
    assert done.returncode == 2
    assert "no_such_steps" in done.stderr
    assert "Traceback" not in done.stderr
