"""`runner report` and `runner status`, as a user calls them."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from run_folders import PLAN, job, write_run, write_sweep_of

from runner.cli import main

OVERRIDES = PLAN["recipe"]["overrides"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with a recipe, as working directory."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "support_tone.yaml").write_text("name: support-tone\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def output(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    code = main(words)
    return code, *capsys.readouterr()


def test_report_by_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run folder is enough: nothing is composed, built or trained."""
    run = write_run(project)
    code, out, _ = output(capsys, "report", str(run.path))
    assert code == 0
    assert "Validation loss fell by 29.0%: 2.634 before, 1.871 after." in out
    assert out.rstrip().endswith("report.html")
    assert (run.path / "report.html").exists()


def test_report_by_recipe_takes_the_newest_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run that was worked on last; with overrides, the run that had them."""
    write_run(
        project, fingerprint="1" * 64, job=job(started="2026-11-20T10:00:00Z", ended="2026-11-22T10:00:00Z")
    )
    plan = {**PLAN, "fingerprint": "2" * 64, "recipe": {**PLAN["recipe"], "overrides": []}}
    write_run(project, fingerprint="2" * 64, plan=plan)
    recipe = "recipes/support_tone.yaml"
    newest = json.loads(output(capsys, "report", recipe, "--format", "json")[1])
    assert newest["fingerprint"] == "1" * 64
    asked = json.loads(output(capsys, "report", recipe, *reversed(OVERRIDES), "--format", "json")[1])
    assert asked["fingerprint"] == "1" * 64


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["recipes/support_tone.yaml"], "there is no run of recipes/support_tone.yaml yet"),
        (["recipes/support_tone.yaml", "a=1"], "with a=1 yet"),
        (["nowhere"], "neither a run folder nor a recipe"),
        (["recipes"], "holds neither plan.json nor job.json"),
        (["recipes", "a=1"], "takes no overrides"),
    ],
)
def test_report_of_nothing_is_explained(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    """A sentence with a fix, not a traceback."""
    assert project.exists()
    code, _, err = output(capsys, "report", *words)
    assert code == 1
    assert message in err
    assert "fix:" in err


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The data of `runner status --format json`."""
    return dict(json.loads(output(capsys, "status", *words, "--format", "json")[1]))


def test_status_lists_runs_and_sweeps(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every run with its losses, sweeps with their states, and that nothing costs money."""
    write_run(project)
    write_sweep_of(project)
    code, out, _ = output(capsys, "status")
    assert code == 0
    assert "support-tone  3f9c1e7ab24d  Completed" in out
    assert "sweep swept 2026-11-21: 8 Completed, 2 Failed, 1 Waiting (not complete)" in out
    assert "Nothing costs money now" in out
    data = rows(capsys)
    assert len(data["runs"]) == 10
    assert data["usd_now"] == "0"


def test_status_of_one_recipe(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the runs of that recipe file; --all lists the project around it."""
    write_run(project)
    other = {**PLAN, "recipe": {**PLAN["recipe"], "file": "recipes/other.yaml", "name": "other"}}
    write_run(project, name="other", plan=other)
    assert [row["name"] for row in rows(capsys, "recipes/support_tone.yaml")["runs"]] == ["support-tone"]
    assert len(rows(capsys, "recipes/support_tone.yaml", "--all")["runs"]) == 2


def test_a_run_without_its_process_is_interrupted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job in progress that nobody works on any more; while a trainer holds the lock it is in progress."""
    run = write_run(project, job=job("InProgress", ended=""))
    assert rows(capsys)["runs"][0]["state"] == "Interrupted"
    assert "the same `runner run` goes on from the last checkpoint" in output(capsys, "status")[1]
    with (run.path / ".trainer.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert rows(capsys)["runs"][0]["state"] == "InProgress"


def test_what_a_paid_run_costs_is_not_guessed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown is not nothing."""
    write_run(project, job=job("InProgress", executor="bedrock"))
    assert rows(capsys)["usd_now"] is None
    assert "not known here" in output(capsys, "status")[1]


def test_status_survives_a_broken_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One unreadable run does not hide the others."""
    write_run(project)
    broken = write_run(project, name="broken")
    (broken.path / "job.json").write_text("{", encoding="utf-8")
    assert sorted(row["state"] for row in rows(capsys)["runs"]) == ["Completed", "Unreadable"]


def test_status_of_an_empty_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing yet is an answer."""
    assert output(capsys, "status")[1] == f"no runs yet in {project}\n"


def test_status_and_report_import_nothing_heavy(project: Path) -> None:
    """Both answer without Hydra, datasets, torch or boto3."""
    run = write_run(project)
    code = (
        "import sys; from runner.cli import main; "
        f"main(['report', {str(run.path)!r}]); main(['status']); "
        "print([name for name in ('hydra', 'omegaconf', 'datasets', 'torch', 'boto3', 'transformers') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=project
    )
    assert done.stdout.splitlines()[-1] == "[]"
