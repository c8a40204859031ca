"""The lines of a built dataset, judged as Bedrock will read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from runner import plugins
from runner.dataset import Dataset
from runner.finding import Finding
from runner.model import load_model
from runner.recipe import Budget, Part, Recipe, Split

TITAN, LLAMA = "amazon.titan-text-express-v1", "meta.llama3-1-8b-instruct-v1:0"


def found(folder: Path, model: str, rows: Sequence[tuple[str, Any]], **hyperparameters: int) -> list[Finding]:
    """The findings on a training file of these prompts and completions."""
    lines = [json.dumps({"prompt": prompt, "completion": answer}) + "\n" for prompt, answer in rows]
    (folder / "train.jsonl").write_text("".join(lines))
    recipe = Recipe(
        "r", "", model, "fine_tuning", None, (), (), Part("format", "prompt_completion", {}),
        Split(0.1, None, 0), hyperparameters, Budget(None, None, False), Part("executor", "bedrock", {}),
        Path("r.yaml"), Path(), (), {}, frozenset(), (),
    )  # fmt: skip
    check = plugins.load("checks.dataset", "contents")
    return list(check(recipe, load_model(model), Dataset("a", folder, {})))


@pytest.mark.parametrize(
    ("answer", "code", "severity", "step"),
    [
        ("\u200b\u2060", "D215", "error", "strip_control with drop_empty"),
        ("text \ufffd", "D240", "warning", "strip_control with broken: drop"),
        ("a" * 96_001, "D223", "error", "filter_pattern"),
    ],
)
def test_a_bad_line_is_found_where_it_stands(
    answer: str, code: str, severity: str, step: str, tmp_path: Path
) -> None:
    """With the step that would have dropped it."""
    (finding,) = found(tmp_path, LLAMA, [("Why?", "Because."), ("Why?", answer), ("Why?", answer)])
    assert (finding.code, finding.severity) == (code, severity)
    assert str(finding.place) == f"{tmp_path / 'train.jsonl'}:2"
    assert "(2 records)" in finding.message
    assert step in finding.fix


def test_sources_are_those_of_the_rule(tmp_path: Path) -> None:
    """A page is cited only for what it says: nothing on it speaks of replacement characters."""
    (replaced,) = found(tmp_path, LLAMA, [("Why?", "\ufffd.")])
    (empty,) = found(tmp_path, LLAMA, [("Why?", "")])
    assert replaced.source == ""
    assert empty.source.startswith("Bedrock user guide")


def test_characters_by_batch_size(tmp_path: Path) -> None:
    """Titan takes half as many at larger batches."""
    rows = [("Why?", "a" * 15_000)]
    assert found(tmp_path, TITAN, rows) == []
    for batch in (2, 4, 8):  # 8 is in no row of the table
        (finding,) = found(tmp_path, TITAN, rows, batchSize=batch)
        assert finding.code == "D223"


def test_right_lines_and_local_models(tmp_path: Path) -> None:
    """Nothing is said of good lines; a local model takes what Bedrock refuses."""
    assert found(tmp_path, LLAMA, [("Why?", "Because.")]) == []
    assert found(tmp_path, "tiny-random", [("Why?", "")]) == []
