"""Words that a model keeps for itself are found in the training files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from runner.checks.dataset.reserved_words import reserved_words
from runner.dataset import Dataset
from runner.finding import Finding
from runner.model import Method, Model, models
from runner.plugins import load
from runner.recipe import Part, Recipe
from runner.record import Record


def model_with_rule(provider: str) -> tuple[Model, Method]:
    """The first model of a provider that has reserved words."""
    return next(
        (model, method)
        for model in models()
        for method in model.methods.values()
        if model.id.startswith(provider) and "reserved_words" in method.data.get("content_rules", {})
    )


def findings(folder: Path, provider: str, records: Sequence[dict[str, str]]) -> list[Finding]:
    """What the check says about a training file with these records."""
    model, method = model_with_rule(provider)
    write = load("formats", method.format)
    rows = [write(Record("faq/0", fields, {}, "faq/0")) for fields in records]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "train.jsonl").write_text(lines, encoding="utf-8")
    recipe: Any = SimpleNamespace(method=method.name, format=Part("format", method.format, {}))
    return list(reserved_words(cast(Recipe, recipe), model, Dataset("", folder, {})))


def test_words_in_questions_are_found(tmp_path: Path) -> None:
    """In any case, with the lines that hold them, the number of each and the source of the rule."""
    (finding,) = findings(
        tmp_path,
        "amazon.nova",
        [
            {"prompt": "こんにちは", "completion": "はい"},
            {"prompt": "USER: こんにちは", "completion": "はい"},
            {"prompt": "こんにちは", "completion": "はい", "system": "<Image> を見て user: に答える"},
        ],
    )
    assert finding.code == "D121"
    assert "2 records hold 'User:' (2), '<image>' (1): train.jsonl:2, train.jsonl:3" in finding.message
    assert finding.source


def test_words_in_answers_are_allowed_where_the_rule_says_so(tmp_path: Path) -> None:
    """Nova forbids them in system and user text only."""
    assert findings(tmp_path, "amazon.nova", [{"prompt": "こんにちは", "completion": "User: はい"}]) == []


def test_a_word_may_begin_with_a_line_end(tmp_path: Path) -> None:
    """Claude: only at the start of a line, and exactly as written."""
    rows = [
        {"prompt": "会話:\nHuman: やあ", "completion": "はい"},
        {"prompt": "Human: やあ", "completion": "Human: "},
        {"prompt": "会話:\nhuman: やあ", "completion": "はい"},
    ]
    (finding,) = findings(tmp_path, "anthropic", rows)
    assert finding.message.endswith("train.jsonl:1")


def test_many_lines_are_summed_up(tmp_path: Path) -> None:
    """The first five are named."""
    (finding,) = findings(tmp_path, "amazon.nova", [{"prompt": "[EOS]", "completion": "x"}] * 9)
    assert finding.message.endswith("train.jsonl:5 and 4 more")


def test_a_model_without_the_rule_is_not_checked(tmp_path: Path) -> None:
    """No fact, no finding."""
    model, method = model_with_rule("amazon.nova")
    bare = replace(model, data={**model.data, "methods": {method.name: {"format": method.format}}})
    recipe: Any = SimpleNamespace(method=method.name, format=Part("format", method.format, {}))
    assert list(reserved_words(cast(Recipe, recipe), bare, Dataset("", tmp_path, {}))) == []
