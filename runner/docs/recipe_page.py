"""The page of a recipe's keys, from `schemas/recipe.schema.json` and the defaults in `conf/base.yaml`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from runner.docs.markdown import page, table
from runner.docs.values import value_words
from runner.resources import shipped
from runner.schema import recipe_schema

_INTRO = """\
A recipe is a YAML file that Hydra composes: it names the parts it takes from `conf/` under `defaults`, and
states only what differs. These are its keys; sources, steps, the format and the executor take the options of
their kind ([sources](sources.md), [steps](steps.md), [formats](formats.md), [executors](executors.md))."""


def recipe_page() -> str:
    """Every key of a recipe."""
    import yaml

    base = yaml.safe_load((shipped("conf") / "base.yaml").read_text(encoding="utf-8"))
    rows = list(_rows(recipe_schema(), base, ""))
    made_from = "schemas/recipe.schema.json and conf/base.yaml"
    return page(
        "Recipe", made_from, [_INTRO, table(("key", "value", "default", "meaning"), rows), _overrides()]
    )


def _rows(schema: Mapping[str, Any], base: Any, path: str) -> Iterator[tuple[str, ...]]:
    for key, each in schema.get("properties", {}).items():
        default = base.get(key) if isinstance(base, dict) else None
        nested = "properties" in each
        shown = "" if nested else f"`{json.dumps(default, ensure_ascii=False)}`"
        yield f"`{path}{key}`", value_words(each), shown, str(each.get("description", ""))
        yield from _rows(each, default, f"{path}{key}.")


def _overrides() -> str:
    return """\
## Overrides

Everything after the recipe's path changes it, in Hydra's grammar:

| override | does |
| --- | --- |
| `split.train_records=50` | sets a value |
| `hyperparameters.learningRate=2e-5` | sets a hyperparameter that the model has, without `+` |
| `executor=tiny` | takes another part from `conf/executor/` |
| `source@sources.support=dolly_15k_ja` | takes another source under the same label |
| `~steps.drop_duplicates` | leaves a step out |
| `hyperparameters.epochCount=1,2 -m` | sweeps (`runner run`) |

A relative path in a file starts at the project folder; one on the command line at the working directory, and
it may name any file: who types it may read it."""
