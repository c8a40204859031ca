"""`runner run` from recipe to report, in real processes, with the model made from nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SMALL = (
    "executor.base=tiny-random",
    "executor.samples=1",
    "executor.max_new_tokens=4",
    "executor.threads=1",
    "split.train_records=8",
    "hyperparameters.epochCount=1",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, with the shipped recipes."""
    shutil.copytree(REPOSITORY / "recipes", tmp_path / "recipes")
    return tmp_path


def runner(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command in a real process, in the project's folder."""
    return subprocess.run(
        [sys.executable, "-m", "runner", *words],
        cwd=project,
        env={**os.environ, "RUNNER_CACHE": str(project / "cache"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_run_ends_with_a_report_and_a_second_run_trains_nothing(project: Path) -> None:
    """The last line names report.html, the loss went down; the second run finds the job, keeps its files."""
    first = runner(project, "run", "recipes/quickstart.yaml", *SMALL)
    assert first.returncode == 0, first.stderr
    report = Path(first.stdout.splitlines()[-1].removeprefix("report: "))
    assert report.name == "report.html"
    assert report.exists()
    data = json.loads(report.with_name("report.json").read_text(encoding="utf-8"))
    assert data["job"]["state"] == "Completed"
    assert data["metrics"]["validation_loss_after"] < data["metrics"]["validation_loss_before"]
    assert data["fingerprint"].startswith(report.parent.name)
    before = {file: file.read_bytes() for file in report.parent.rglob("*.safetensors")}
    assert before
    times = {file: file.stat().st_mtime_ns for file in before}
    second = runner(project, "run", "recipes/quickstart.yaml", *SMALL, "--format", "json")
    assert second.returncode == 0, second.stderr
    summary: dict[str, Any] = json.loads(second.stdout)
    assert summary["job"]["state"] == "Completed"
    assert summary["fingerprint"] == data["fingerprint"]
    assert {file: file.stat().st_mtime_ns for file in before} == times


@pytest.mark.slow
def test_a_saved_plan_runs_and_is_refused_once_its_data_changed(project: Path) -> None:
    """`run plan.json` needs no recipe argument; one changed byte of the source gives exit code 4."""
    planned = runner(project, "plan", "recipes/quickstart.yaml", *SMALL, "-o", "plan.json")
    assert planned.returncode == 0, planned.stderr
    done = runner(project, "run", "plan.json", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert (
        json.loads(done.stdout)["fingerprint"]
        == json.loads((project / "plan.json").read_text())["fingerprint"]
    )
    data = project / "recipes" / "data" / "support_tone_ja.jsonl"
    data.write_bytes(data.read_bytes().replace("ありがとう".encode(), "有り難うご".encode()))
    refused = runner(project, "run", "plan.json")
    assert refused.returncode == 4
    assert "data" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_over_budget_is_refused_before_anything_is_trained(project: Path) -> None:
    """Exit code 3 for plan and run, with the sum, and no run folder."""
    for verb in ("plan", "run"):
        done = runner(project, verb, "recipes/quickstart.yaml", *SMALL, "budget.max_usd=0.01")
        assert done.returncode == 3, done.stderr
        assert "0.01" in done.stderr
    assert not (project / "runs").exists()


def test_a_dry_run_is_a_plan(project: Path) -> None:
    """`run --dry-run` prints what `plan` prints and starts nothing."""
    planned = runner(project, "plan", "recipes/quickstart.yaml", *SMALL)
    dry = runner(project, "run", "recipes/quickstart.yaml", *SMALL, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout == planned.stdout
    assert not (project / "runs").exists()


@pytest.mark.slow
def test_a_failed_job_leaves_its_folder_and_report_and_exits_with_5(project: Path) -> None:
    """A trainer that can't write its results: state Failed, one sentence, a report, no traceback."""
    planned = runner(project, "plan", "recipes/quickstart.yaml", *SMALL, "--format", "json")
    fingerprint = json.loads(planned.stdout)["fingerprint"]
    folder = project / "runs" / "quickstart" / fingerprint[:12]
    folder.mkdir(parents=True)
    (folder / "artifacts").write_text("a file where a folder must be")
    done = runner(project, "run", "recipes/quickstart.yaml", *SMALL)
    assert done.returncode == 5, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert json.loads((folder / "job.json").read_text())["state"] == "Failed"
    assert (folder / "report.html").exists()
