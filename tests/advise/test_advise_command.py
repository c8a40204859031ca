"""`runner advise` as a user runs it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from runner.check import check
from runner.cli import main

RUNNER = [sys.executable, "-m", "runner", "advise"]


def test_text_has_reasons_models_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    """The first way, why, with which models for how much, and numbered sources."""
    assert main(["advise", "--goal", "style", "--labels", "pairs", "--tokens", "1000000"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1. Fine-tuning")
    assert "amazon.nova-micro-v1:0  us-east-1, active [" in said
    assert " USD (" in said
    assert "confidence D" in said
    assert "not advised" in said


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Answers, ways in order, models."""
    assert main(["advise", "--goal", "both", "--labels", "pairs", "--budget", "20", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["answers"]["budget_usd"] == "20"
    assert {way["way"] for way in data["ways"]} >= {"fine_tuning", "retrieval", "autopilot"}
    assert data["ways"][0]["models"][0]["model"]


@pytest.mark.parametrize(
    "way", ["fine_tuning", "continued_pre_training", "distillation", "reinforcement_fine_tuning"]
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_recipe_validates(way: str, language: str, tmp_path: Path) -> None:
    """Every way that has a recipe, in an empty folder."""
    labels = "pairs" if way == "fine_tuning" else "prompts"
    file = tmp_path / "recipes" / "first.yaml"
    words = ["--goal", "both", "--labels", labels, "--checkable", "yes", "--language", language, "--way", way]
    assert main(["advise", *words, "--write", str(file)]) == 0
    recipe = check(file).recipe
    assert recipe.method == way
    assert (tmp_path / "data" / "first.jsonl").is_file()


def test_nothing_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A recipe that is there stays as it is."""
    file = tmp_path / "first.yaml"
    file.write_text("mine")
    assert main(["advise", "--goal", "style", "--labels", "pairs", "--write", str(file)]) == 1
    assert "already there; nothing was written" in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--goal", "style", "--labels", "pairs", "--write", "first.txt"], "no name of a recipe"),
        (["--goal", "style", "--labels", "pairs", "--budget", "ten"], "is not an amount"),
        (["--goal", "style", "--labels", "pairs", "--budget", "1E+5"], "which has an exponent"),
        (["--goal", "style", "--labels", "pairs", "--write", ""], "the path is empty"),
        (["--goal", "style", "--labels", "none", "--write", "first.yaml"], "no way fits them"),
        (["--goal", "style", "--labels", "pairs", "--tokens", "0"], "is not a whole number"),
        (["--goal", "fame"], "invalid choice"),
    ],
)
def test_mistakes(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence and exit code 1, no traceback."""
    assert main(["advise", *words]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "name", "told"),
    [
        ("true.yaml", "true", "true.yaml"),
        ("1e5.yaml", "1e5", "1e5.yaml"),
        ("注文 票.yaml", "recipe-2", "'注文 票.yaml'"),
    ],
)
def test_any_name_of_a_file_makes_a_recipe_that_plans(
    file: str,
    name: str,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Words that YAML reads as something else, and names without a Latin letter; quoted for a shell."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "recipe-1.jsonl").write_text("")
    assert main(["advise", "--goal", "style", "--labels", "pairs", "--write", file]) == 0
    assert capsys.readouterr().out.endswith(f"next: runner validate {told}\n")
    assert check(Path(file)).recipe.name == name
    assert main(["plan", "--offline", file]) == 0


def test_where_no_way_fits_nothing_is_promised(capsys: pytest.CaptureFixture[str]) -> None:
    """No hint to write a recipe that is then refused; a way without a model says so."""
    assert main(["advise", "--goal", "style", "--labels", "none"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("No way fits")
    assert "--write" not in said
    own = ["--goal", "style", "--labels", "prompts", "--checkable", "yes", "--serving", "edge"]
    assert main(["advise", *own]) == 0
    said = capsys.readouterr().out
    assert said.startswith("No way fits")
    assert "Reinforcement fine-tuning: no model can do it today with these answers" in said


def test_it_never_asks_when_piped() -> None:
    """Without a terminal it refuses at once and names the flags."""
    done = subprocess.run(RUNNER, stdin=subprocess.PIPE, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "--goal and --labels" in done.stderr
    assert done.stdout == ""


def in_terminal(words: list[str], type_in: bytes) -> tuple[bytes, int]:
    """What it prints on a terminal that somebody types into."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*RUNNER, *words], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, type_in)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # the other end has closed
        pass
    code = process.wait(timeout=60)
    os.close(ours)
    return said, code


def test_on_a_terminal_it_asks_what_is_open() -> None:
    """Numbers, names, Enter for the default, and once more after a wrong answer."""
    said, code = in_terminal(["--goal", "style"], b"9\nprompts\n\n2\n\n\n" + b"many\n200\n\n5\n")
    text = said.decode()
    assert code == 0
    assert "Which data is there?" in text
    assert "What shall the model learn?" not in text
    assert "'many' is not a whole number from 1" in text
    assert "1. Distillation" in text
