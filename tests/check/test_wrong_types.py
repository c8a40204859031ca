"""Every key of the grammar and every option of every plug-in, given something else than it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from recipe_projects import RECIPE, Project, findings_of, new_project

from runner import plugins
from runner.recipe_schema import part_schema
from runner.schema import recipe_schema

FIELDS = {"prompt": "question", "completion": "answer"}
_NEEDED: dict[str, dict[str, Any]] = {
    "files": {"path": "data/faq.jsonl", "fields": FIELDS},
    "huggingface": {"repo": "./data", "fields": FIELDS},
    "replace": {"texts": {"a": "b"}},
}
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.5, 1e3, 1e308, float("nan"), float("inf"), 10**18, 10**400, "",
    " ", "x",
    "日本語", "😀", "a\nb", "0", "-1", "${name}", "${nope}", "???", "{", "[[", "*", "..", "~", "a" * 5000,
    [], {}, [None], [[]], [{}], ["", 1], {"": None}, {"a": {}}, {"prompt": None}, {"prompt": -1}, {"日": 1},
)  # fmt: skip


def paths() -> Iterator[tuple[str, ...]]:
    """Where a value may stand."""
    schema = recipe_schema()["properties"]
    for key, part in schema.items():
        yield (key,)
        yield from ((key, below) for below in part.get("properties", {}))
    yield from (("defaults",), ("hyperparameters", "epochCount"), ("sources", "faq"), ("steps", "drop_empty"))
    for place, folder in (("sources", "sources"), ("steps", "steps"), ("executor", "executors")):
        for kind in plugins.names(folder):
            options = (*part_schema(folder, kind)["properties"], "")
            label = () if place == "executor" else (f"x_{kind}",)
            yield from ((place, *label, f"{kind}!{option}") for option in options)
    yield from (("format", f"{kind}!system") for kind in plugins.names("formats"))


@cache
def project_of_all(folder: Path) -> Project:
    """One project for all cases: only the recipe changes."""
    return new_project(folder)


def with_value(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A good recipe with one value replaced; `kind!option` is an option of a part of that kind."""
    data: dict[str, Any] = yaml.safe_load(RECIPE)
    node = data
    *parents, last = path
    for name in parents:
        node = node.setdefault(name, {})
    kind, mark, option = last.rpartition("!")
    if mark:
        node |= {"kind": kind, **_NEEDED.get(kind, {})}
    node[option] = value
    return data


@pytest.mark.parametrize("path", list(paths()), ids=".".join)
def test_any_value_is_accepted_or_explained(
    tmp_path_factory: pytest.TempPathFactory, path: tuple[str, ...]
) -> None:
    """Never a traceback, and each finding with a place."""
    project = project_of_all(tmp_path_factory.getbasetemp() / "odd")
    for value in ODD:
        text = json.dumps(with_value(path, value), ensure_ascii=False)
        file = project.recipe(text=text.replace("NaN", ".nan").replace("Infinity", ".inf"))
        findings = findings_of(file)
        assert all(finding.place is not None and finding.code for finding in findings), value


ODD_WORDS = {
    "0x" + "f" * 3900: ["R104"],
    "0x_": ["R104"],
    "9" * 5000: ["R104"],
    "!!int 0x" + "f" * 5000: ["R003"],
    "!!float " + "9" * 400: ["R003"],
    "${sources[" + "9" * 5000 + "]}": ["R303"],
    "${sources.faq.path.²}": ["R009"],
}


@pytest.mark.parametrize("word", ODD_WORDS, ids=[word[:12] for word in ODD_WORDS])
def test_words_that_look_like_numbers(tmp_path: Path, word: str) -> None:
    """Numbers too long to be read or written, and digits that are none."""
    text = RECIPE.replace("    path: data/faq.jsonl", f"    path: [data/faq.jsonl]\n    limit: {word}")
    found = findings_of(new_project(tmp_path).recipe(text=text))
    assert [finding.code for finding in found if finding.code not in {"R101"}] == ODD_WORDS[word]


def test_labels_with_dots(tmp_path: Path) -> None:
    """They would read as another path: a finding, and no look at files that such a source does not have."""
    text = RECIPE.replace("  faq:\n", '  "a.b": {kind: files}\n  faq:\n')
    codes = [finding.code for finding in findings_of(new_project(tmp_path).recipe(text=text))]
    assert set(codes) == {"R103", "R104"}
