"""Adding a model is adding one JSON file: every command knows it, and a recipe for it is planned."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from recipe_projects import new_project

from runner.catalogue.overview import overview
from runner.check import check
from runner.dataset import build
from runner.docs.models import models_page
from runner.errors import RecipeError
from runner.model import load_model, models
from runner.plan import Plan, make_plan
from runner.resources import shipped

RECIPE = """\
defaults:
  - base
  - _self_
name: faq
model: quill-small
method: fine_tuning
region: eu-north-1
sources:
  faq:
    kind: files
    path: data/faq.jsonl
    fields: {prompt: question, completion: answer}
hyperparameters: {rounds: 3}
split: {validation: 4, train_records: 16, seed: 0}
executor: {kind: local, base: tiny-random}
"""


def quill() -> dict[str, Any]:
    """A model that no code has heard of."""
    count = {"type": "integer", "minimum": 1, "maximum": 4, "default": 2, "source": "guide"}
    return {
        "id": "maker.quill-v1:0",
        "name": "Quill",
        "provider": "Maker",
        "platform": "bedrock",
        "aliases": ["quill-small"],
        "identifiers": {
            "inference": "maker.quill-v1:0",
            "customization": "maker.quill-v1:0:8k",
            "source": "guide",
        },
        "lifecycle": {
            "status": "active",
            "jobs_allowed": True,
            "legacy_date": None,
            "end_date": None,
            "last_seen": None,
            "source": "guide",
        },
        "alternatives": [],
        "methods": {
            "fine_tuning": {
                "regions": {"value": ["eu-north-1"], "source": "guide"},
                "format": "prompt_completion",
                "hyperparameters": {"rounds": count},
                "limits": {"total_records": {"maximum": 20, "source": "guide"}},
                "validation": {"allowed": True, "source": "guide"},
            }
        },
        "tokens": {"tokenizer": None},
        "prices": [
            {"item": "storage", "usd": "1.5", "per": "month", "region": "eu-north-1", "source": "guide"}
        ],
        "hosting": {"provisioned_throughput": False, "on_demand_deployment": True, "source": "guide"},
        "sources": {
            "guide": {"title": "Maker's guide", "ref": "page 7", "as_of": "2026-11-20", "confidence": "B"}
        },
    }


@pytest.fixture
def schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder schemas/models of a runner that is shipped with one file more."""
    package = tmp_path / "elsewhere" / "runner"
    package.mkdir(parents=True)
    for name in ("conf", "recipes", "schemas"):
        shutil.copytree(shipped(name), package.parent / name)
    monkeypatch.setattr("runner.resources._PACKAGE", package)
    folder = shipped("schemas") / "models"
    (folder / "maker.quill-v1-0.json").write_text(json.dumps(quill()), encoding="utf-8")
    return folder


def planned(folder: Path, *overrides: str) -> Plan:
    """The plan of a recipe for the new model."""
    project = new_project(folder / "project")
    rows = [{"question": f"Where is parcel {n}?", "answer": f"On its way, day {n}."} for n in range(30)]
    project.write("data/faq.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    checked = check(project.recipe(text=RECIPE), overrides)
    return make_plan(checked, build(checked.recipe, checked.model, offline=True))


def test_a_new_file_is_a_new_model(schemas: Path, tmp_path: Path) -> None:
    """By id and alias, in the table and on the page, and with its own hyperparameter, price and source."""
    assert load_model("quill-small").file == schemas / "maker.quill-v1-0.json"
    assert load_model("maker.quill-v1:0").data["name"] == "Quill"
    assert any(row[0] == "maker.quill-v1:0" for row in overview())
    assert "`maker.quill-v1:0`" in models_page()
    plan = planned(tmp_path)
    assert plan.data["model"]["id"] == "maker.quill-v1:0"
    assert plan.hyperparameters == {"rounds": 3}
    storage = next(line for line in plan.cost["lines"] if line["item"] == "storage")
    assert (storage["likely"], storage["source"]) == ("1.5", "Maker's guide")


@pytest.mark.usefixtures("schemas")
def test_its_limits_hold(tmp_path: Path) -> None:
    """A range and a sum of the new file are enforced by the same checks as everybody's."""
    with pytest.raises(RecipeError) as caught:
        planned(tmp_path, "hyperparameters.rounds=5", "split.train_records=17")
    assert {finding.code for finding in caught.value.findings} == {"R102", "R123"}
    assert all("Maker's guide (page 7" in finding.source for finding in caught.value.findings)


def test_a_newer_file_of_the_user_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`runner models refresh --write` leaves its facts in a folder that is looked at first."""
    before = load_model("nova-micro")
    newer = {**before.data, "name": "Nova Micro, asked today"}
    (tmp_path / before.file.name).write_text(json.dumps(newer), encoding="utf-8")
    monkeypatch.setenv("RUNNER_MODELS", str(tmp_path))
    assert load_model("nova-micro").name == "Nova Micro, asked today"
    assert load_model(before.id).file.parent == tmp_path
    assert sum(model.id == before.id for model in models()) == 1
