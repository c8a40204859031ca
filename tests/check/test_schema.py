"""Schemas from signatures, violations in words, and the schema for editors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from jsonschema import Draft202012Validator
from recipe_projects import Project

from runner import plugins
from runner.check import check
from runner.recipe_schema import editor_schema, part_schema
from runner.schema import problems, recipe_schema
from runner.signatures import Between, options_schema

REPOSITORY = Path(__file__).resolve().parents[2]


def example(
    records: Iterator[str],
    *,
    flag: bool = False,
    number: int = 3,
    share: float | None = None,
    usd: Decimal = Decimal("1.5"),
    names: tuple[str, ...] = (),
    words: list[str] | None = None,
    sizes: dict[str, int] | None = None,
    mode: Literal["a", "b"] = "a",
    maybe: Literal["x"] | None = None,
    path: str | tuple[str, ...],
    threads: int | Literal["auto"] = "auto",
    rates: dict[str, int | float] | None = None,
    width: Annotated[int, Between(1, 8)] | Literal["auto"] = "auto",
) -> Iterator[str]:
    """An example of a step.

    `flag`: whether it is on.
    `path`: a file,
      or several.
    """
    del flag, number, share, usd, names, words, sizes, mode, maybe, path, threads, rates, width
    return records


def test_every_supported_type_becomes_its_schema() -> None:
    """The keyword-only arguments, with defaults and descriptions."""
    schema = options_schema(example)
    assert schema["required"] == ["path"]
    assert schema["additionalProperties"] is False
    assert schema["description"] == "An example of a step."
    assert schema["properties"] == {
        "flag": {"type": "boolean", "description": "whether it is on.", "default": False},
        "number": {"type": "integer", "default": 3},
        "share": {"type": ["number", "null"], "default": None},
        "usd": {"type": "number", "default": "1.5"},
        "names": {"type": "array", "items": {"type": "string"}, "default": []},
        "words": {"type": ["array", "null"], "items": {"type": "string"}, "default": None},
        "sizes": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}, "default": None},
        "mode": {"enum": ["a", "b"], "default": "a"},
        "maybe": {"enum": ["x", None], "default": None},
        "path": {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": "a file, or several.",
        },
        "threads": {"anyOf": [{"type": "integer"}, {"enum": ["auto"]}], "default": "auto"},
        "rates": {
            "type": ["object", "null"],
            "additionalProperties": {"type": ["integer", "number"]},
            "default": None,
        },
        "width": {
            "anyOf": [{"type": "integer", "minimum": 1, "maximum": 8}, {"enum": ["auto"]}],
            "default": "auto",
        },
    }


BAD_VALUES: list[tuple[dict[str, Any], str]] = [
    ({"flag": 1}, "is 1, but must be true or false"),
    ({"number": "x"}, 'is "x", but must be a whole number'),
    ({"number": True}, "is true, but must be a whole number"),
    ({"share": "x"}, 'is "x", but must be a number or null'),
    ({"names": "a"}, 'is "a", but must be a list'),
    ({"names": [1]}, "is 1, but must be text"),
    ({"sizes": {"a": "x"}}, 'is "x", but must be a whole number'),
    ({"mode": "c"}, 'is "c", but must be one of a, b'),
    ({"path": 1}, "is 1, but must be text or a list of text"),
    ({"threads": "all"}, 'is "all", but must be a whole number or auto'),
    ({"rates": {"a": "b"}}, 'is "b", but must be a number'),
    ({"number": 1e3}, "is 1000.0, but must be a whole number"),
    ({"number": True}, "is true, but must be a whole number"),
    ({"width": 9}, "is 9, but must be a whole number from 1 to 8 or auto"),
    ({"mode": ""}, 'is "", but must be one of a, b'),
    ({"flags": True}, "is not a known key; did you mean 'flag'?"),
]


@pytest.mark.parametrize(("options", "words"), BAD_VALUES)
def test_violations_are_told_in_words(options: dict[str, Any], words: str) -> None:
    """One sentence that says what is there and what must be."""
    found = [problem.message for problem in problems(options_schema(example), {"path": "x", **options})]
    assert found == [words]


def test_no_raw_text_of_the_library_reaches_a_person() -> None:
    """Every kind of violation in our own words."""
    everything = [message for options, _ in BAD_VALUES for message in _messages(options)]
    assert not [
        text for text in everything if re.search(r"is not (of type|valid)|was unexpected|schemas", text)
    ]


def _messages(options: dict[str, Any]) -> list[str]:
    return [problem.message + problem.fix for problem in problems(options_schema(example), options)]


def test_every_plugin_has_a_schema_with_docs() -> None:
    """Each option of each shipped plug-in is described, since editors show it."""
    seen = 0
    for folder in ("sources", "steps", "formats", "executors"):
        for kind in plugins.names(folder):
            schema = part_schema(folder, kind)
            Draft202012Validator.check_schema(schema)
            undocumented = [
                name for name, option in schema["properties"].items() if "description" not in option
            ]
            assert undocumented == [], f"{folder}/{kind}"
            seen += 1
    assert seen >= 18


def test_the_recipe_schema_is_a_schema_and_covers_base() -> None:
    """conf/base.yaml has every key of the schema, and nothing else."""
    Draft202012Validator.check_schema(recipe_schema())
    base = yaml.safe_load((REPOSITORY / "conf" / "base.yaml").read_text("utf-8"))
    assert set(base) == set(recipe_schema()["properties"])
    for key in ("split", "budget"):
        assert set(base[key]) == set(recipe_schema()["properties"][key]["properties"])


def test_shipped_recipes_pass_the_schemas_as_files_and_composed() -> None:
    """The editor's schema takes the files as they are; the recipe's schema takes them composed."""
    recipes = sorted((REPOSITORY / "recipes").glob("*.yaml"))
    assert len(recipes) >= 5
    editor = Draft202012Validator(editor_schema())
    for file in recipes:
        assert [error.message for error in editor.iter_errors(yaml.safe_load(file.read_text("utf-8")))] == []
        mapping = check(file).composed.mapping
        assert list(Draft202012Validator(recipe_schema()).iter_errors(mapping)) == []
        assert list(editor.iter_errors(mapping)) == []


def test_the_editor_schema_knows_options_by_kind() -> None:
    """A misspelled option is found by kind and by label, and options carry their docs."""
    schema = editor_schema()
    Draft202012Validator.check_schema(schema)
    editor = Draft202012Validator(schema)
    for steps in (
        {"drop_empty": {"felds": ["a"]}},
        {"mine": {"kind": "drop_empty", "felds": ["a"]}},
        {"mine": {"kind": "x"}},
    ):
        assert not editor.is_valid({"steps": steps}), steps
    for steps in (
        {"drop_empty": None},
        {"mine": {"kind": "drop_empty", "fields": ["a"]}},
        {"mine": {"fields": ["a"]}},
    ):
        assert editor.is_valid({"steps": steps}), steps
    assert schema["$defs"]["steps.drop_empty"]["properties"]["fields"]["description"]
    assert "epochCount" in schema["properties"]["hyperparameters"]["properties"]


def test_the_command_prints_or_writes_the_schema(project: Project) -> None:
    """`runner schema`, `runner schema -o FILE`, and a place that can't be written."""
    printed = project.run("schema")
    assert printed.returncode == 0
    assert project.run("schema", "-o", "recipe.schema.json").returncode == 0
    assert json.loads((project.root / "recipe.schema.json").read_text()) == json.loads(printed.stdout)
    failed = project.run("schema", "-o", "data/faq.jsonl/x.json")
    assert failed.returncode == 1
    assert failed.stderr.startswith("error:")


def test_an_integer_is_one_that_can_count() -> None:
    """`1e3` is an integer of JSON Schema, and a float that no slice and no range takes."""
    (problem,) = problems({"type": ["integer", "null"]}, 1e3)
    assert problem.fix == "write 1000"


def test_a_pattern_ends_where_the_text_ends() -> None:
    """Python's `$` also matches before a last line break: `faq\\n` would become a folder."""
    rule = recipe_schema()["properties"]["name"]
    assert not list(problems(rule, "faq"))
    assert list(problems(rule, "faq\n"))
