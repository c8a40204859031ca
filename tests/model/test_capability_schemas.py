"""The capability schemas: every file of schemas/models/, and what `runner.model` reads from them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runner import plugins
from runner.errors import RunnerError
from runner.facts import advice
from runner.live.rewriting import rewritten
from runner.model import alternatives, file_of, instead, load_model, models
from runner.resources import shipped

FILES = sorted((shipped("schemas") / "models").glob("*.json"))
SCHEMA = json.loads((shipped("schemas") / "capability.schema.json").read_text(encoding="utf-8"))
SOURCES = ("source", "default_source", "on_demand_source")
UNKNOWN = ("minimum", "maximum", "usd", "value", "allowed", "kinds", "provisioned_throughput")
NUMBERS = {"minimum", "maximum", "default", "usd", "low", "high", "per_token", "records_per_step"}
BEDROCK_MODELS = 27
"""Models of Bedrock that are described: customizable today, ended, and teachers."""
PAIRS = {
    "amazon.nova-pro-v1:0": {"amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0"},
    "amazon.nova-premier-v1:0": {"amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0", "amazon.nova-pro-v1:0"},
    "meta.llama3-1-405b-instruct-v1:0": {
        "meta.llama3-1-8b-instruct-v1:0",
        "meta.llama3-1-70b-instruct-v1:0",
        "meta.llama3-2-1b-instruct-v1:0",
        "meta.llama3-3-70b-instruct-v1:0",
    },
    "meta.llama3-1-70b-instruct-v1:0": {
        "meta.llama3-1-8b-instruct-v1:0",
        "meta.llama3-2-1b-instruct-v1:0",
        "meta.llama3-2-3b-instruct-v1:0",
    },
    "meta.llama3-3-70b-instruct-v1:0": {
        "meta.llama3-1-8b-instruct-v1:0",
        "meta.llama3-2-1b-instruct-v1:0",
        "meta.llama3-2-3b-instruct-v1:0",
    },
}
"""Every documented pair: students by teacher, those that have ended too."""


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


def test_the_folder_holds_every_model() -> None:
    """A rename or a lost file is noticed: all described models of Bedrock and the local ones are there."""
    platforms = [model.platform for model in models()]
    assert platforms.count("bedrock") >= BEDROCK_MODELS
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
    used = {fact[key] for _, fact in facts(data) for key in SOURCES if isinstance(fact.get(key), str)}
    assert used == set(data["sources"])


def test_every_source_has_a_date_and_a_confidence(file: Path) -> None:
    """A number can be judged: when its source was true, and what kind of source it is."""
    for source in json.loads(file.read_text(encoding="utf-8"))["sources"].values():
        assert source["as_of"]
        assert source["confidence"] in {"A", "B", "C", "D"}
        assert (source["confidence"] == "D") == ("recollection" in source["title"])


def test_every_unknown_has_a_reason(file: Path) -> None:
    """A number that is null says why; `default: null` is no unknown, it means that nothing is sent."""
    data = json.loads(file.read_text(encoding="utf-8"))
    bare = [
        path
        for path, fact in facts({key: data[key] for key in ("methods", "prices", "hosting")})
        if any(fact.get(key, "") is None for key in UNKNOWN) and "reason" not in fact
    ]
    assert not bare


def test_every_number_has_a_source_or_a_reason(file: Path) -> None:
    """No limit, default, bound or price stands without where it comes from, or why it is not known."""
    data = json.loads(file.read_text(encoding="utf-8"))
    bare = [
        path
        for path, fact in facts(data)
        if NUMBERS & fact.keys()
        and not {"source", "reason"} & fact.keys()
        and not ("by_batch_size" in path or ".scripts." in path)  # rows of a table: the source stands above
    ]
    assert not bare


def test_every_default_lies_in_its_range(file: Path) -> None:
    """The default of a hyperparameter is a value that the model accepts."""
    data = json.loads(file.read_text(encoding="utf-8"))
    for method in data["methods"].values():
        for schema in method["hyperparameters"].values():
            if schema.get("default") is not None:
                fragment = {
                    key: schema[key] for key in ("type", "minimum", "maximum", "enum") if key in schema
                }
                Draft202012Validator(fragment).validate(schema["default"])


def test_formats_are_plugins(file: Path) -> None:
    """Every format that a model names is a file of runner/formats/."""
    data = json.loads(file.read_text(encoding="utf-8"))
    assert {method["format"] for method in data["methods"].values()} <= set(plugins.names("formats"))


def test_formats_can_be_checked(file: Path) -> None:
    """Every format that a method reads, logs too, has a schema of its line."""
    methods = json.loads(file.read_text(encoding="utf-8"))["methods"].values()
    read = {name for method in methods for name in method.get("other_formats", {}).get("value", ())}
    described = {each.stem for each in (shipped("schemas") / "records").glob("*.json")}
    assert read | {method["format"] for method in methods} <= described


def test_token_limits_by_batch_size_are_in_order(file: Path) -> None:
    """Rows follow each other without a gap, and a larger batch is never allowed more."""
    for method in json.loads(file.read_text(encoding="utf-8"))["methods"].values():
        rows = method["limits"].get("record_tokens", {}).get("by_batch_size", [])
        for row, following in pairwise(rows):
            assert following["minimum"] == row["maximum"] + 1
            assert following["tokens"] < row["tokens"]


def test_patterns_of_keys_compile(file: Path) -> None:
    """The rule for S3 keys takes a usual key and refuses a space."""
    for method in json.loads(file.read_text(encoding="utf-8"))["methods"].values():
        if rule := method.get("content_rules", {}).get("s3_key"):
            assert re.fullmatch(rule["pattern"], "data/2026-11/train_1.jsonl")
            assert not re.search(rule["pattern"], "my data.jsonl")


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
    """For every method of every ended model of text something is left that does it."""
    ended = [model for model in models() if model.jobs_allowed is False]
    assert ended
    for model in ended:
        for name, method in model.methods.items():
            others, _ = alternatives(model, name)
            assert others or method.format == "image_caption"
            assert all(name in other.methods for other in others)


def test_every_documented_pair_is_there() -> None:
    """Teachers and students as the guide pairs them, struck pairs too; both have a file and one maker."""
    pairs: dict[str, set[str]] = {}
    for student in models():
        for method in student.methods.values():
            for teacher in method.teacher_ids:
                pairs.setdefault(teacher, set()).add(student.id)
                assert load_model(teacher).data["provider"] == student.data["provider"]
    assert pairs == PAIRS


def test_a_teacher_is_usable_until_it_ends() -> None:
    """What a student's file says of its teachers is what the teachers' own files say."""
    for student in models():
        for method in student.methods.values():
            left = [name for name in method.teacher_ids if load_model(name).lifecycle["status"] != "ended"]
            assert list(method.teachers or ()) == left
            stated = method.hyperparameters.get("teacherModelIdentifier", {})
            assert stated.get("default") == (left[0] if len(left) == 1 else None)
            assert stated.get("required", False) == (len(left) > 1)


def test_a_model_is_found_with_and_without_its_context_suffix() -> None:
    """Whatever name the console, the API or the guide shows: with `:128k`, without it, without `:0`."""
    for model in models():
        if model.platform == "local":
            continue
        for name in {model.id, model.data["identifiers"]["customization"] or model.id}:
            version = name if ":" in name else f"{name}:0"
            longer = [f"{version}:4k"] if model.data["identifiers"]["customization"] is None else []
            for other in (name, re.sub(r":\d+k$", "", name), re.sub(r":0(:\d+k)?$", "", name), *longer):
                assert load_model(other).id == model.id
    assert load_model("nova-micro:128k").id == "amazon.nova-micro-v1:0"


@pytest.mark.parametrize(
    "name", ["amazon.nova-micro-v1:0:999k", "amazon.nova-micro-v1:1", "nova-micro:0", "nova-micro:999k", ":0"]
)
def test_a_version_that_is_not_there_is_no_model(name: str) -> None:
    """A suffix is taken off, not taken for another one."""
    with pytest.raises(RunnerError):
        load_model(name)


def test_advice_is_a_recollection_and_says_so() -> None:
    """The numbers of schemas/methods.json come from the seeds only: confidence D, and no limit."""
    for method in ("fine_tuning", "continued_pre_training"):
        volume = advice(method)["volume"]
        numbers = [part for part in volume.values() if isinstance(part, dict)]
        assert numbers
        assert all("confidence D" in part["cited"] for part in numbers)
    assert advice("distillation") == {}


def test_what_is_offered_instead_is_of_use() -> None:
    """No embeddings in place of images; and where a file names none, every model that does it today."""
    assert "no model on Bedrock that makes images" in instead(load_model("nova-canvas"), "fine_tuning")
    students = instead(load_model("nova-pro"), "distillation")
    assert "amazon.nova-micro-v1:0" in students
    assert "llama3-3-70b" not in students


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


def test_every_way_of_hosting_has_a_price_or_a_reason() -> None:
    """What a living model can be served by, and its storage, is in the list of prices, known or not."""
    needed = {
        "provisioned_throughput": {"provisioned_throughput"},
        "on_demand_deployment": {"custom_inference_input", "custom_inference_output"},
    }
    for model in models():
        if model.platform == "local" or model.jobs_allowed is False:
            continue
        items = {price["item"] for price in model.data["prices"]}
        assert "storage" in items
        for kind, wanted in needed.items():
            assert not model.data["hosting"].get(kind) or wanted <= items


def test_a_refresh_without_news_changes_nothing(file: Path) -> None:
    """Writing a file again keeps every source that is named, whichever key names it."""
    model = load_model(json.loads(file.read_text(encoding="utf-8"))["id"])
    assert json.loads(rewritten(model, [], {})) == model.data
