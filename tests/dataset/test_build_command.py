"""`runner build`: what it prints, writes and answers."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_recipe import qa, write_rows

RECIPE = """\
defaults: [base, _self_]
name: small
model: amazon.nova-micro-v1:0
method: fine_tuning
region: us-east-1
sources:
  faq: {kind: files, path: data/faq.jsonl, fields: {prompt: q, completion: a, category: kind}}
steps:
  drop_empty: {}
  drop_duplicates: {}
split: {validation: 0.2, train_records: 20, seed: 0}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with one recipe and 41 rows, one of them a copy."""
    write_rows(tmp_path / "data/faq.jsonl", [*(qa(n) for n in range(40)), qa(3)])
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes/small.yaml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def runner(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, in the project folder."""
    command = [sys.executable, "-m", "runner", "build", "recipes/small.yaml", *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_the_table_tells_what_became_of_the_records(project: Path) -> None:
    """Read, steps with reasons, sums, bounds of the tokens, files with SHA-256, folder."""
    done = runner(project)
    assert done.returncode == 0, done.stderr
    assert "duplicate 1" in done.stdout
    assert "records: 41 read = 40 kept + 1 dropped" in done.stdout
    assert "split: 20 training, 8 validation, 12 not used" in done.stdout
    assert " for Nova Micro)" in done.stdout
    folder = Path(done.stdout.rpartition("dataset: ")[2].strip())
    assert hashlib.sha256((folder / "train.jsonl").read_bytes()).hexdigest() in done.stdout


def test_json_is_the_manifest_and_the_folder(project: Path) -> None:
    """For machines, and nothing else on standard output."""
    data = json.loads(runner(project, "--format", "json").stdout)
    assert data["totals"]["train"] == 20
    assert json.loads((Path(data["folder"]) / "dataset.json").read_text())["address"] == data["address"]
    assert data["findings"] == []


def test_out_copies_the_files(project: Path) -> None:
    """`-o DIR` gives the files a place of one's own."""
    done = runner(project, "-o", "built", "--workers", "2", "--offline")
    assert done.returncode == 0, done.stderr
    names = {"train.jsonl", "validation.jsonl", "dropped.jsonl", "index.json", "dataset.json"}
    assert {file.name for file in (project / "built").iterdir()} == names


def test_a_broken_limit_is_a_finding_with_its_place(project: Path) -> None:
    """Exit code 2, and the place in the recipe."""
    done = runner(project, "split.train_records=1000")
    assert done.returncode == 2
    assert "[D106]" in done.stderr + done.stdout
    assert "split.train_records=32" in done.stderr + done.stdout


def test_nothing_heavy_is_imported_for_a_dataset_that_is_there(project: Path) -> None:
    """The second build needs no tokenizer, no Arrow, no network library."""
    runner(project)
    program = (
        "import sys; from runner.cli import main; main(['build', 'recipes/small.yaml']);"
        "print(sorted({'toktok', 'tiktoken', 'pyarrow', 'datasets', 'torch', 'boto3', 'zstandard',"
        " 'multiprocessing'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
