"""Recipes made by hand, with data files beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.model import Model, load_model
from runner.recipe import Budget, Part, Recipe, Split

MODEL = "amazon.nova-micro-v1:0"


def qa(number: int, text: str = "") -> dict[str, Any]:
    """One question with its answer."""
    return {
        "q": f"質問{number}は何ですか。{text}",
        "a": f"答えは{number}です。" * (1 + number % 5),
        "kind": f"k{number % 3}",
    }


def write_rows(file: Path, rows: Iterable[Mapping[str, Any] | str]) -> Path:
    """A JSONL file; a text among the rows is a line as it is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def source(file: Path, label: str = "faq", **options: Any) -> Part:
    """A source that reads such a file."""
    fields = {"prompt": "q", "completion": "a", "category": "kind"}
    return Part(label, "files", {"path": str(file), "fields": fields, **options})


def step(kind: str, label: str = "", **options: Any) -> Part:
    """A step."""
    return Part(label or kind, kind, options)


def small_recipe(root: Path, sources: Sequence[Part], steps: Sequence[Part] = (), **changes: Any) -> Recipe:
    """A recipe of the project folder `root`, for a model of Bedrock."""
    recipe = Recipe(
        name="small",
        description="",
        model=MODEL,
        method="fine_tuning",
        region="us-east-1",
        sources=tuple(sources),
        steps=tuple(steps),
        format=Part("format", "prompt_completion", {}),
        split=Split(0.1, None, 0),
        hyperparameters={},
        budget=Budget(None, None, False),
        executor=Part("executor", "local", {}),
        file=root / "recipes" / "small.yaml",
        root=root,
        overrides=(),
        config={},
        trusted_paths=frozenset(),
        data_roots=(root,),
    )
    return replace(recipe, **changes)


def model() -> Model:
    """The model of the recipes."""
    return load_model(MODEL)


def ids_of(folder: Path) -> dict[str, list[str]]:
    """The ids of the records in both files, in their order."""
    index = json.loads((folder / "index.json").read_bytes())
    return {side: index[side]["ids"] for side in ("train", "validation")}
