"""The capability schemas: every file of schemas/models/, and what `runner.model` reads from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runner import plugins
from runner.errors import RunnerError
from runner.model import alternatives, file_of, load_model, models
from runner.resources import shipped

FILES = sorted((shipped("schemas") / "models").glob("*.json"))
SCHEMA = json.loads((shipped("schemas") / "capability.schema.json").read_text(encoding="utf-8"))
NUMBERS = {"minimum", "maximum", "default", "usd", "low", "high", "per_token", "records_per_step"}
TEXT_MODELS = 19
"""Bedrock models whose fine-tuning, continued pre-training or distillation is described."""


def facts(data: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping below `data` outside the list of sources, with its path."""
    if isinstance(data, dict):
        yield path, data
        for key, value in data.items():
            if (path, key) != ("$", "sources"):
                yield from facts(value, f"{path}.{key}")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from facts(value, f"{path}[{number}]")


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    """One capability schema."""
    return request.param  # type: ignore[no-any-return]


def test_the_folder_holds_every_text_model() -> None:
    """A rename or a lost file is noticed: all described models of Bedrock and the local ones are there."""
    platforms = [model.platform for model in models()]
    assert platforms.count("bedrock") >= TEXT_MODELS
    assert platforms.count("local") >= 2


def test_the_schema_is_a_schema() -> None:
    """capability.schema.json is valid Draft 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)


def test_a_file_follows_the_schema(file: Path) -> None:
    """Every capability file has the layout that capability.schema.json describes."""
    data = json.loads(file.read_text(encoding="utf-8"))
    found = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(data)
    ]
    assert not found


def test_the_file_name_is_the_id(file: Path) -> None:
    """A model is found by its id without opening the other files."""
    assert file_of(json.loads(file.read_text(encoding="utf-8"))["id"]) == file


def test_every_source_is_listed_and_used(file: Path) -> None:
    """A source key leads to a source, and no source is listed for nothing."""
    data = json.loads(file.read_text(encoding="utf-8"))
    used = {fact["source"] for _, fact in facts(data) if isinstance(fact.get("source"), str)}
    assert used == set(data["sources"])


def test_every_number_has_a_source_or_a_reason(file: Path) -> None:
    """No limit, default, bound or price stands without where it comes from, or why it is not known."""
    data = json.loads(file.read_text(encoding="utf-8"))
    bare = [
        path
        for path, fact in facts(data)
        if NUMBERS & fact.keys() and "by_batch_size" not in path and not {"source", "reason"} & fact.keys()
    ]
    assert not bare


def test_every_default_lies_in_its_range(file: Path) -> None:
    """The default of a hyperparameter is a value that the model accepts."""
    data = json.loads(file.read_text(encoding="utf-8"))
    for method in data["methods"].values():
        for schema in method["hyperparameters"].values():
            if schema.get("default") is not None:
                fragment = {key: schema[key] for key in ("type", "minimum", "maximum") if key in schema}
                Draft202012Validator(fragment).validate(schema["default"])


def test_formats_are_plugins(file: Path) -> None:
    """Every format that a model names is a file of runner/formats/."""
    data = json.loads(file.read_text(encoding="utf-8"))
    assert {method["format"] for method in data["methods"].values()} <= set(plugins.names("formats"))


def test_no_name_means_two_models() -> None:
    """Ids and aliases are unique over all files."""
    names = [name for model in models() for name in model.names]
    assert len(names) == len(set(names))


def test_models_that_are_named_exist() -> None:
    """Alternatives and usable teachers have a capability schema of their own and have not ended."""
    for model in models():
        for name in model.data["alternatives"]:
            assert load_model(name).jobs_allowed is not False
        for method in model.methods.values():
            for name in (*method.data.get("alternatives", {}).get("value", ()), *(method.teachers or ())):
                assert load_model(name).jobs_allowed is not False


def test_an_ended_model_names_a_way_out() -> None:
    """For every method of every ended model something is left that does it."""
    ended = [model for model in models() if model.jobs_allowed is False]
    assert ended
    for model in ended:
        for method in model.methods:
            others, _ = alternatives(model, method)
            assert others
            assert all(method in other.methods for other in others)


def test_continued_pre_training_goes_local() -> None:
    """No Bedrock model is offered for continued pre-training: the alternative is local, and says why."""
    others, note = alternatives(load_model("titan-text-express"), "continued_pre_training")
    assert {other.platform for other in others} == {"local"}
    assert "Custom Model Import" in note


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("amazon.nova-micro-v1:0", "amazon.nova-micro-v1:0"),
        ("nova-micro", "amazon.nova-micro-v1:0"),
        ("amazon.nova-micro-v1:0:128k", "amazon.nova-micro-v1:0"),
        ("llama-3.3-70b", "meta.llama3-3-70b-instruct-v1:0"),
    ],
)
def test_a_model_has_several_names(name: str, id: str) -> None:
    """A recipe may use the id, the identifier with the context suffix, or a short name."""
    assert load_model(name).id == id


@pytest.mark.parametrize("name", ["../capability.schema", "/etc/passwd", "", "amazon.nova-micro-v1-0", "."])
def test_a_name_is_no_path(name: str) -> None:
    """Only ids and aliases are found: a name cannot walk to another file."""
    with pytest.raises(RunnerError):
        load_model(name)


def test_a_wrong_name_gets_a_suggestion() -> None:
    """A slip of the pen is answered with the model that was meant."""
    with pytest.raises(RunnerError) as caught:
        load_model("nova-mcro")
    assert "nova-micro" in caught.value.fix
