"""The record formats: exact keys, the inverse, their schemas, and real samples of each."""

from __future__ import annotations

import gzip
import inspect
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import RunnerError
from runner.examining.keys import seen
from runner.plugins import load, module_constant, names
from runner.record import Record
from runner.resources import shipped
from runner.sample import Sample
from runner.text.characters import well_formed

FORMATS = ("anthropic_messages", "converse", "input_text", "prompt_completion")
APART = ("image_caption", "openai_chat")
"""Tried in test_other_formats.py: their records hold more than text."""
CHATS = ("anthropic_messages", "converse")
QUESTION = {"prompt": "Name the capital of Japan.", "completion": "Tokyo"}

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
some_text = any_text.filter(seen)


def record(**fields: str) -> Record:
    """One record with these fields."""
    return Record("faq/0", fields, {"category": "open_qa"}, "faq/0")


def sample(name: str, row: dict[str, Any]) -> Sample:
    """The inverse of a format."""
    inverse: Any = module_constant("formats", name, "sample", None)
    return inverse(row)  # type: ignore[no-any-return]


def schema(name: str) -> dict[str, Any]:
    """The schema of a line."""
    text = (shipped("schemas") / "records" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def test_every_format_is_tried() -> None:
    """A new format needs a case here and a schema."""
    assert set(names("formats")) == {*FORMATS, *APART}
    described = {file.stem for file in (shipped("schemas") / "records").glob("*.json")}
    assert described >= {*FORMATS, *APART}


@pytest.mark.parametrize(
    ("name", "fields", "line"),
    [
        ("prompt_completion", QUESTION, '{"prompt":"Name the capital of Japan.","completion":"Tokyo"}'),
        (
            "input_text",
            {"text": "Kyoto was the capital before Tokyo."},
            '{"input":"Kyoto was the capital before Tokyo."}',
        ),
        (
            "converse",
            {"system": "Answer in Japanese.", **QUESTION},
            '{"schemaVersion":"bedrock-conversation-2024","system":[{"text":"Answer in Japanese."}],'
            '"messages":['
            '{"role":"user","content":[{"text":"Name the capital of Japan."}]},'
            '{"role":"assistant","content":[{"text":"Tokyo"}]}]}',
        ),
        (
            "anthropic_messages",
            {"system": "Answer in Japanese.", **QUESTION},
            '{"system":"Answer in Japanese.","messages":['
            '{"role":"user","content":"Name the capital of Japan."},{"role":"assistant","content":"Tokyo"}]}',
        ),
    ],
)
def test_the_documented_lines(name: str, fields: dict[str, str], line: str) -> None:
    """Keys, their order and their nesting are those of the service's own examples."""
    assert json.dumps(load("formats", name)(record(**fields)), separators=(",", ":")) == line


@pytest.mark.parametrize("name", CHATS)
@given(prompt=any_text, completion=any_text, system=st.none() | any_text, option=st.none() | any_text)
def test_a_chat_comes_back(
    name: str, prompt: str, completion: str, system: str | None, option: str | None
) -> None:
    """The texts of the record, its own system text first; halves of surrogate pairs become U+FFFD."""
    fields = {"prompt": prompt, "completion": completion} | ({} if system is None else {"system": system})
    row = load("formats", name)(record(**fields), system=option)
    turns = (("user", well_formed(prompt)), ("assistant", well_formed(completion)))
    assert sample(name, json.loads(json.dumps(row))) == Sample(well_formed(system or option or ""), turns)


@given(prompt=any_text, completion=any_text, system=any_text)
def test_a_prompt_comes_back(prompt: str, completion: str, system: str) -> None:
    """Without a place of its own, the system text stands in front of the prompt."""
    row = load("formats", "prompt_completion")(record(prompt=prompt, completion=completion), system=system)
    whole = well_formed(f"{system}\n\n{prompt}" if system else prompt)
    answer = ("assistant", well_formed(completion))
    assert sample("prompt_completion", row) == Sample("", (("user", whole), answer))


@given(text=any_text)
def test_a_text_comes_back(text: str) -> None:
    """Continued pre-training has one text and no place for a system text."""
    row = load("formats", "input_text")(record(text=text))
    assert sample("input_text", row) == Sample("", (("text", well_formed(text)),))
    with pytest.raises(RunnerError, match="no place for a system text"):
        load("formats", "input_text")(record(text=text), system="丁寧に")


@pytest.mark.parametrize("name", FORMATS)
def test_a_missing_field_is_said(name: str) -> None:
    """Nothing is written for a field that the source does not map."""
    with pytest.raises(RunnerError, match=r"record faq/0 has no field .*; it has system"):
        load("formats", name)(record(system="" if name == "input_text" else "丁寧に"))


def test_a_prompt_may_stand_alone() -> None:
    """In distillation the teacher answers."""
    row = load("formats", "converse")(record(prompt="首都は？"))
    assert row["messages"] == [{"role": "user", "content": [{"text": "首都は？"}]}]
    jsonschema.validate(row, schema("converse"), cls=jsonschema.Draft202012Validator)
    assert sample("converse", row) == Sample("", (("user", "首都は？"),))


@pytest.mark.parametrize("name", FORMATS)
@given(texts=st.lists(some_text, min_size=3, max_size=3))
def test_lines_are_valid_and_can_be_written(name: str, texts: list[str]) -> None:
    """What a format emits passes its schema and can be encoded, whatever the text."""
    prompt, completion, system = texts
    fields = {"text": prompt} if name == "input_text" else {"prompt": prompt, "completion": completion}
    row = load("formats", name)(record(**fields), system=None if name == "input_text" else system)
    jsonschema.validate(row, schema(name), cls=jsonschema.Draft202012Validator)
    json.dumps(row, ensure_ascii=False).encode()


@pytest.mark.parametrize("name", FORMATS)
def test_the_schemas_refuse_what_the_service_refuses(name: str) -> None:
    """Unknown keys, empty texts and missing turns."""
    jsonschema.Draft202012Validator.check_schema(schema(name))
    fields = {"text": "本文"} if name == "input_text" else {"prompt": "問い", "completion": "答え"}
    good = load("formats", name)(record(**fields))
    empty = load("formats", name)(record(**dict.fromkeys(fields, " ")))
    for bad in ({**good, "extra": 1}, {}, empty):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema(name), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_what_it_does(name: str) -> None:
    """Every option is documented."""
    function = load("formats", name)
    _, *options = inspect.signature(function).parameters
    assert all(f"`{option}`: " in (inspect.getdoc(function) or "") for option in options)


@pytest.mark.parametrize(
    ("name", "file", "number"),
    [
        ("anthropic_messages", "claude-messages-tooluse-test120.jsonl", 120),
        ("converse", "nova-converse-tooluse-test120.jsonl.gz", 120),
        ("prompt_completion", "distillation-promptcompletion-first20.jsonl", 20),
    ],
)
def test_real_samples(shared_data: Path, name: str, file: str, number: int) -> None:
    """The service's own samples are read, and pass the schema, schema version of the old sample aside."""
    path = shared_data / "aws-examples" / file
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = [json.loads(line) for line in data.splitlines() if line.strip()]
    assert len(rows) == number
    for row in rows:
        if name == "converse":
            row["schemaVersion"] = "bedrock-conversation-2024"
        jsonschema.validate(row, schema(name), cls=jsonschema.Draft202012Validator)
        system, (*_, (role, text)) = sample(name, row).system, sample(name, row).turns
        assert role == "assistant"
        assert text
        assert isinstance(system, str)
