"""A small project for the tests of plans: one recipe, sixty records, the tiny local model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from runner.check import check
from runner.dataset import build
from runner.plan import Plan, make_plan

RECIPE = """\
defaults:
  - base
  - _self_
name: tone
model: amazon.nova-micro-v1:0
method: fine_tuning
region: us-east-1
sources:
  tone:
    kind: files
    path: data/tone.jsonl
    fields: {prompt: question, completion: answer}
split: {validation: 0.2, train_records: null, seed: 0}
hyperparameters: {epochCount: 2}
budget: {max_usd: 20}
executor: {kind: local, base: tiny-random}
"""


def make_project(folder: Path) -> Path:
    """Write the project; the result is its recipe."""
    (folder / "recipes").mkdir(parents=True)
    (folder / "data").mkdir()
    write_records(folder, 60)
    recipe = folder / "recipes" / "tone.yaml"
    recipe.write_text(RECIPE, encoding="utf-8")
    return recipe


def write_records(folder: Path, count: int) -> None:
    """Replace the data by `count` different records."""
    rows = [
        {
            "question": f"Where is parcel {n}?",
            "answer": f"Parcel {n} is on its way and will arrive on day {n}.",
        }
        for n in range(count)
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "data" / "tone.jsonl").write_text(text, encoding="utf-8")


def planned(recipe: Path, *overrides: str) -> Plan:
    """The plan of the recipe, as `runner plan` makes it."""
    checked = check(recipe, overrides)
    return make_plan(checked, build(checked.recipe, checked.model, offline=True))


def runner(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, in the project."""
    command = [sys.executable, "-m", "runner", *words]
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
