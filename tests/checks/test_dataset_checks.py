"""Checks of a built dataset against the limits of its model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner import plugins
from runner.dataset import Dataset
from runner.finding import Finding
from runner.model import Model
from runner.recipe import Budget, Part, Recipe, Split

LIMITS = {
    "train_records": {"minimum": 8, "maximum": 20, "source": "guide"},
    "validation_records": {"maximum": 5, "source": "guide"},
    "total_records": {"maximum": 22, "adjustable": True, "source": "guide"},
    "record_tokens": {
        "maximum": 1000,
        "by_batch_size": [{"minimum": 2, "maximum": 4, "tokens": 100}],
        "source": "guide",
    },
    "train_bytes": {"maximum": 5000, "source": "guide"},
}


def model(**validation: Any) -> Model:
    """A model with small limits and an unpublished tokenizer."""
    method = {
        "regions": {"value": ["us-east-1"]},
        "format": "prompt_completion",
        "hyperparameters": {},
        "limits": LIMITS,
        "validation": {"allowed": True, "source": "guide", **validation},
    }
    data = {
        "id": "maker.small-v1",
        "methods": {"fine_tuning": method},
        "tokens": {"tokenizer": None, "estimate": {"with": "cl100k_base", "low": 0.5, "high": 2.0}},
        "sources": {"guide": {"title": "Guide", "ref": "page 1", "as_of": "2026"}},
    }
    return Model("maker.small-v1", data, Path("small.json"), "")


def recipe(split: Split | None = None, **hyperparameters: int) -> Recipe:
    """A recipe for that model."""
    return Recipe(
        "r", "", "maker.small-v1", "fine_tuning", None, (), (), Part("format", "prompt_completion", {}),
        split or Split(0.1, None, 0), hyperparameters, Budget(None, None, False),
        Part("executor", "local", {}),
        Path("r.yaml"), Path(), (), {}, frozenset(), (),
    )  # fmt: skip


def dataset(folder: Path, train: list[int], validation: list[int], **changes: Any) -> Dataset:
    """A dataset whose records have these numbers of tokens."""
    sides = {"train": train, "validation": validation}
    index = {side: {"ids": [f"{side}/{n}" for n in range(len(v))], "tokens": v} for side, v in sides.items()}
    (folder / "index.json").write_text(json.dumps(index))
    manifest: dict[str, Any] = {
        "totals": {
            "read": 99, "created": 0, "dropped": 0, "kept": len(train) + len(validation), "train": len(train),
            "validation": len(validation), "unused": 0,
        },
        "dropped": {},
        "overlap": 0,
        "tokens": {side: {"max": max(v), "total": sum(v)} if v else None for side, v in sides.items()},
        "files": {"train.jsonl": {"bytes": 10}, "validation.jsonl": {"bytes": 10}},
    }  # fmt: skip
    if not train:
        manifest["tokens"]["train"] = {"max": 0, "total": 0}
    return Dataset("a", folder, {**manifest, **changes})


def found(recipe: Recipe, model: Model, dataset: Dataset) -> dict[str, Finding]:
    """The findings of the three checks, by code."""
    names = ("records", "split", "tokens")
    found = [one for name in names for one in plugins.load("checks.dataset", name)(recipe, model, dataset)]
    assert len({one.code for one in found}) == len(found)
    return {one.code: one for one in found}


def test_a_dataset_within_all_limits_has_no_finding(tmp_path: Path) -> None:
    """Nothing to say."""
    assert found(recipe(), model(), dataset(tmp_path, [10] * 10, [10] * 2)) == {}


@pytest.mark.parametrize(
    ("train", "validation", "codes", "fix"),
    [
        (7, 1, {"D102"}, "add a source"),
        (21, 1, {"D102"}, "split.train_records=20"),
        (10, 6, {"D103"}, "split.validation=5"),
        (19, 4, {"D104"}, "split.train_records=18"),
    ],
)
def test_records_outside_a_limit(
    tmp_path: Path, train: int, validation: int, codes: set[str], fix: str
) -> None:
    """Too few, too many, too many together: with the number that would do."""
    findings = found(recipe(), model(), dataset(tmp_path, [10] * train, [10] * validation))
    assert set(findings) == codes
    (finding,) = findings.values()
    assert finding.fix.startswith(fix)
    assert finding.source == "Guide (page 1, as of 2026)"
    assert finding.severity == ("warning" if codes == {"D104"} else "error")  # AWS can raise that one


def test_nothing_left_says_what_took_it(tmp_path: Path) -> None:
    """The reason that dropped most is named, and where to look."""
    empty = dataset(tmp_path, [], [], dropped={"drop_empty:empty": 3, "keep_language:other_language": 96})
    finding = found(recipe(), model(), empty)["D101"]
    assert "keep_language:other_language (96)" in finding.message
    assert finding.path == "steps.keep_language"


def test_a_validation_set_that_takes_everything_is_what_is_named(tmp_path: Path) -> None:
    """Not the one record that a step dropped."""
    greedy = dataset(tmp_path, [], [10] * 3, dropped={"drop_empty:empty": 1})
    finding = found(recipe(Split(5000, None, 0)), model(), greedy)["D101"]
    assert finding.message.endswith("the 3 kept ones are all set aside for validation")
    assert finding.path == "split.validation"


def test_a_source_without_records_is_an_empty_input(tmp_path: Path) -> None:
    """Empty input is an error of its own, not a success."""
    empty = dataset(tmp_path, [], [])
    totals = {**empty.manifest["totals"], "read": 0}
    finding = found(recipe(), model(), replace(empty, manifest={**empty.manifest, "totals": totals}))["D101"]
    assert finding.message == "the sources hold no record"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """Bytes count, too."""
    big = dataset(tmp_path, [10] * 10, [], files={"train.jsonl": {"bytes": 5001}})
    assert found(recipe(), model(), big)["D105"].severity == "error"


def test_more_training_records_asked_for_than_there_are(tmp_path: Path) -> None:
    """A point of a sweep must not quietly be a smaller one."""
    findings = found(recipe(Split(0.1, 15, 0)), model(), dataset(tmp_path, [10] * 10, [10]))
    assert findings["D106"].fix.startswith("split.train_records=10")
    assert not found(recipe(Split(0.1, 10, 0)), model(), dataset(tmp_path, [10] * 10, [10]))


@pytest.mark.parametrize(("rule", "validation"), [({"allowed": False}, [10]), ({"required": True}, [])])
def test_validation_as_the_model_wants_it(
    tmp_path: Path, rule: dict[str, bool], validation: list[int]
) -> None:
    """Some models take no validation file, some need one."""
    assert set(found(recipe(), model(**rule), dataset(tmp_path, [10] * 10, validation))) == {"D107"}


def test_rows_in_both_files(tmp_path: Path) -> None:
    """What the split cannot see, the files show."""
    assert "D108" in found(recipe(), model(), dataset(tmp_path, [10] * 10, [10], overlap=2))


def test_too_few_for_the_validation_set(tmp_path: Path) -> None:
    """A number that cannot be reached is a warning."""
    assert (
        found(recipe(Split(4, None, 0)), model(), dataset(tmp_path, [10] * 10, [10]))["D112"].severity
        == "warning"
    )


def test_records_over_the_token_limit(tmp_path: Path) -> None:
    """Over by the lower bound is an error, over by the upper bound a warning; both name records."""
    findings = found(recipe(), model(), dataset(tmp_path, [*[10] * 10, 2500, 600], [501, 500]))
    assert set(findings) == {"D109", "D110"}
    assert "1 record has (train/10 (2,500)) more tokens" in findings["D109"].message
    assert "2 records have (train/11 (600), validation/0 (501)) perhaps" in findings["D110"].message
    assert findings["D110"].fix.startswith("steps.limit_tokens.max_tokens=500")
    assert (findings["D109"].severity, findings["D110"].severity) == ("error", "warning")


def test_the_token_limit_of_the_batch_size(tmp_path: Path) -> None:
    """Larger batches allow shorter records, where the model says so."""
    data = dataset(tmp_path, [*[10] * 10, 90], [10])
    assert set(found(recipe(batchSize=2), model(), data)) == {"D110"}
    assert set(found(recipe(batchSize=64), model(), data)) == {"D110"}  # beyond the table: no more than there
    assert not found(recipe(batchSize=1), model(), data)
