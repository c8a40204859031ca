"""`runner plan` as a user runs it: output, files, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from plan_project import make_project, runner, write_records

PLAN = ("plan", "recipes/tone.yaml", "--offline")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh project."""
    return make_project(tmp_path).parent.parent


def test_text_for_people(project: Path) -> None:
    """Exit code 0, the plan on standard output, nothing of a traceback."""
    done = runner(*PLAN, folder=project)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Plan: tone")
    assert "next: runner run recipes/tone.yaml" in done.stdout
    assert "Traceback" not in done.stderr


def test_json_and_the_saved_file_are_the_same(project: Path) -> None:
    """`--format json` prints one document; `-o` saves it; a second time gives the same bytes."""
    done = runner(*PLAN, "--format", "json", "-o", "plan.json", folder=project)
    assert done.returncode == 0, done.stderr
    saved = (project / "plan.json").read_bytes()
    assert json.loads(done.stdout) == json.loads(saved)
    runner(*PLAN, "-o", "plan.json", folder=project)
    assert (project / "plan.json").read_bytes() == saved


def test_over_budget_is_exit_code_3(project: Path) -> None:
    """The whole plan is shown, then the refusal with the way out."""
    done = runner(*PLAN, "budget.max_usd=1", folder=project)
    assert done.returncode == 3
    assert "OVER the limit of 1.00 USD" in done.stdout
    assert "budget.max_usd=2" in done.stderr


def test_an_ended_model_is_exit_code_2(project: Path) -> None:
    """The finding with place, source and alternatives, whatever the executor."""
    done = runner(*PLAN, "model=titan-text-express", folder=project)
    assert done.returncode == 2
    assert "[P101]" in done.stderr
    assert "amazon.nova-micro-v1:0" in done.stderr


def test_json_of_a_refused_plan_is_one_document(project: Path) -> None:
    """A machine gets the plan with its findings on standard output, and the reason in the exit code."""
    done = runner(*PLAN, "model=titan-text-express", "--format", "json", folder=project)
    assert done.returncode == 2
    assert "P101" in {finding["code"] for finding in json.loads(done.stdout)["findings"]}


def test_a_saved_plan_runs_or_is_refused(project: Path) -> None:
    """`runner run plan.json` goes on while nothing has changed; then exit code 4 and what changed."""
    runner(*PLAN, "-o", "plan.json", folder=project)
    current = runner("run", "plan.json", "--dry-run", "--offline", folder=project)
    assert current.returncode == 0, current.stderr
    write_records(project, 70)
    stale = runner("run", "plan.json", "--dry-run", "--offline", folder=project)
    assert stale.returncode == 4
    assert "records to train on: 48 -> 56" in stale.stderr


def test_a_plan_imports_nothing_heavy(project: Path) -> None:
    """On a cached dataset no training, cloud or hub library is loaded: the plan answers in under a second."""
    runner(*PLAN, folder=project)
    code = (
        "import sys; from runner.cli import main; main(sys.argv[1:]); "
        "heavy = {'torch', 'transformers', 'peft', 'boto3', 'datasets', 'pyarrow', 'jinja2', 'tiktoken'}; "
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, *PLAN]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "HEAVY []"
