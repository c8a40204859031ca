"""The fast path takes a record if and only if its JSON Schema and the rules of the model do."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jsonschema
import orjson
import pytest
from examining.rows import MODELS, Row, good
from hypothesis import given
from hypothesis import strategies as st

from runner.examining.keys import UNSEEN, seen
from runner.examining.naming import model_named
from runner.examining.record_schema import record_schema, shape_source
from runner.examining.rules import Checker, Fault, Rules
from runner.examining.strings import marks, repeated_keys, strings_in
from runner.plugins import load

CASES = (
    *((format, model, "fine_tuning") for format, model in MODELS.items()),
    ("converse", "meta.llama3-3-70b-instruct-v1:0", "fine_tuning"),
    ("converse", "amazon.nova-micro-v1:0", "distillation"),
    ("converse", "meta.llama3-1-8b-instruct-v1:0", "distillation"),
    ("input_text", "amazon.titan-text-express-v1", "continued_pre_training"),
)
texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["", " ", "　", "\u200b", "\u3164", "user", "assistant", "system", "text", "bedrock-conversation-2024"]
)
odd = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def rules_of(model: str, method: str) -> Rules:
    """The rules of a model and method."""
    known = model_named(model)
    return Rules(known, known.methods[method], known.methods[method].format)


def checker_of(rules: Rules) -> Checker:
    """The checker of a record."""
    checker: Checker = load("checks.records", rules.format)(rules)
    return checker


def start(format: str) -> Row:
    """A good record, with everything that the format may have."""
    if format == "input_text":
        return {"input": "京都は、かつて都でした。"}
    record = good(format, 1)[0]
    if format == "converse":
        record["system"] = [{"text": "店員として答えてください。"}]
    if format == "anthropic_messages":
        record["system"] = "店員として答えてください。"
    return record


@st.composite
def changed(draw: st.DrawFn, format: str) -> Row:
    """A good record with up to three values, keys or turns changed."""
    record = copy.deepcopy(start(format))
    for _ in range(draw(st.integers(0, 3))):
        spots = list(containers(record))
        spot = draw(st.sampled_from(spots))
        if isinstance(spot, dict):
            keys = st.sampled_from(sorted(spot)) | texts if spot else texts
            key = draw(keys)
            if key in spot and draw(st.booleans()):
                del spot[key]
            else:
                spot[key] = draw(odd)
        elif spot and draw(st.booleans()):
            spot.insert(0, copy.deepcopy(draw(st.sampled_from(spot))))
        elif spot and draw(st.booleans()):
            spot.pop(draw(st.integers(0, len(spot) - 1)))
        else:
            spot.append(draw(odd))
    return record


def containers(value: Any) -> Any:
    """Every object and list in a value."""
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


def accepts(rules: Rules) -> Callable[[Row], bool]:
    """The rules written a second time, plainly: JSON Schema, schema version, order of turns."""
    validator = jsonschema.Draft202012Validator(record_schema(rules.format))
    turns = rules.turns
    version = rules.content("schema_version").get("value")

    def right(record: Row) -> bool:
        if not validator.is_valid(record):
            return False
        if "messages" not in record:
            return True
        if version and record["schemaVersion"] != version:
            return False
        roles = [turn["role"] for turn in record["messages"]]
        return (
            len(roles) >= turns.minimum
            and (turns.maximum is None or len(roles) <= turns.maximum)
            and roles[0] == "user"
            and (turns.last is None or roles[-1] == turns.last or len(roles) == 1)
            and not (turns.alternating and any(one == two for one, two in pairwise(roles)))
        )

    return right


@pytest.mark.parametrize(("format", "model", "method"), CASES)
@given(data=st.data())
def test_fast_path_and_judge_agree_with_the_schema(
    format: str, model: str, method: str, data: st.DataObject
) -> None:
    """`fit` takes only what is right; `judge` has nothing to say exactly where it is."""
    rules = rules_of(model, method)
    checker, right = checker_of(rules), accepts(rules)
    record = data.draw(changed(format))
    faults: list[Fault] = []
    checker.judge(record, faults.append)
    fit = checker.fit(record)
    assert (not faults) == right(record), faults
    assert fit is None or not faults
    spoken = [text.text for text in checker.texts(record)]
    if fit is not None:
        assert fit.strings == strings_in(record)
        assert [text for text in fit.texts if text] == spoken


@pytest.mark.parametrize(("format", "model", "method"), CASES)
def test_good_records_take_the_fast_path(format: str, model: str, method: str) -> None:
    """The fast path is not empty."""
    assert checker_of(rules_of(model, method)).fit(start(format)) is not None
    assert shape_source(format).startswith("Bedrock user guide")


@given(texts | st.text(max_size=3))
def test_seen_is_what_the_schema_means(text: str) -> None:
    """The shortcuts of `seen` and the pattern of the schemas are one."""
    pattern = record_schema("prompt_completion")["properties"]["prompt"]["pattern"]
    assert pattern == f"[^{UNSEEN}]"
    validator = jsonschema.Draft202012Validator({"pattern": pattern})
    assert seen(text) == validator.is_valid(text)


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        (r'{"a\\": "b\\"}', False),
        (r'{"a": "\\\"", "b": "\\\\"}', False),
        (r'{"a\\": 1, "a\\": 2}', True),
        (r'{"a": {"b": "\"", "b": "\\"}}', True),
    ],
)
def test_backslashes_hide_no_repeated_key(text: str, repeats: bool) -> None:
    """Escaped marks, escaped backslashes before a mark that counts, and both."""
    assert (marks(text.encode()) != 2 * strings_in(orjson.loads(text))) == repeats


def as_written(draw: st.DrawFn, value: Any, repeats: list[str]) -> str:
    """JSON text of a value in any of its spellings, with some keys written twice."""
    if isinstance(value, dict):
        items = []
        for key, item in value.items():
            if draw(st.integers(0, 5)) == 0:
                items.append(f"{spelled(draw, key)}: {as_written(draw, draw(odd), [])}")
                repeats.append(key)
            items.append(f"{spelled(draw, key)}:{as_written(draw, item, repeats)}")
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(as_written(draw, item, repeats) for item in value) + "]"
    return spelled(draw, value) if isinstance(value, str) else json.dumps(value)


def spelled(draw: st.DrawFn, text: str) -> str:
    """A JSON string, with or without escapes."""
    if draw(st.booleans()):
        units = text.encode("utf-16-be").hex()
        return '"' + "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)) + '"'
    return json.dumps(text, ensure_ascii=draw(st.booleans()))


hostile = st.text(st.sampled_from('"\\,:{}[]a あ/\n'), max_size=6)
values = st.recursive(
    st.none() | st.integers(0, 9) | hostile,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile, inner, max_size=4),
    max_leaves=8,
)


@given(data=st.data())
def test_no_repeated_key_slips_through(data: st.DataObject) -> None:
    """The count of quotation marks differs from that of the parsed value if and only if a key is repeated."""
    repeats: list[str] = []

    @st.composite
    def text(draw: st.DrawFn) -> str:
        repeats.clear()
        return as_written(draw, draw(values), repeats)

    written = data.draw(text())
    found = marks(written.encode()) != 2 * strings_in(orjson.loads(written))
    assert found == bool(repeats)
    assert found == bool(repeated_keys(written))
