"""What every step promises, tried on every file of `runner/steps/`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import record_lists

from runner.plugins import load, module_constant, names
from runner.record import Record
from runner.text.tokens import TOKENIZERS

# Every example goes through some thirty cases.
FEW = settings(max_examples=25)

NORMALIZERS = ("normalize_unicode", "normalize_whitespace", "strip_control")
EDITORS = (*NORMALIZERS, "replace", "strip_markup")

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "drop_duplicates": [{}, {"match": "normalized"}, {"fields": ["prompt"]}],
    "drop_empty": [{}, {"fields": ["prompt"]}],
    "drop_outliers": [
        {},
        {
            "min_characters": {"completion": 2},
            "max_characters": {"text": 9},
            "min_ratio": 0.1,
            "max_ratio": 5,
        },
        {"different": ["prompt", "completion", "category"]},
    ],
    "filter_pattern": [{"drop": ["<[a-z]+>", r"\p{Hiragana}{5}"]}, {"require": ["。"], "fields": ["text"]}],
    "keep_language": [{}, {"language": "en", "min_share": 0.2}, {"fields": ["completion"]}],
    "limit_tokens": [
        {"max_tokens": 8},
        {"max_tokens": 4, "action": "split"},
        {"max_tokens": 12, "action": "split", "min_tokens": 5, "tokenizer": "o200k_base"},
    ],
    "normalize_unicode": [{}, {"form": "NFC"}, {"fields": ["prompt"]}],
    "normalize_whitespace": [
        {},
        {"max_newlines": 1},
        {"keep_indent": True, "fields": ["completion", "text"]},
    ],
    "replace": [{"texts": {"東京": "大阪", "<": "＜", "Hello": ""}}],
    "sample": [{"records": 2}, {"records": 3, "seed": 7}],
    "strip_control": [{}, {"broken": "remove"}, {"broken": "drop"}],
    "strip_markup": [{}, {"keep": ["p"], "unknown": True, "references": True}, {"entities": False}],
}
CASES = [
    pytest.param(name, options, id=f"{name}-{n}")
    for name in OPTIONS
    for n, options in enumerate(OPTIONS[name])
]


def run(name: str, options: dict[str, Any], records: list[Record]) -> list[Record]:
    """The records as the step leaves them."""
    return list(load("steps", name)(iter(records), **options))


def test_every_step_is_tried() -> None:
    """A new step without a case here would be tested by nothing."""
    assert names("steps") == tuple(sorted(OPTIONS))
    assert len(OPTIONS) == 12


@pytest.mark.parametrize(("name", "options"), CASES)
@FEW
@given(records=record_lists())
def test_every_record_comes_out(name: str, options: dict[str, Any], records: list[Record]) -> None:
    """In order, each once: kept, dropped with a reason, or in numbered pieces."""
    groups: list[tuple[str, list[str]]] = []
    for out in run(name, options, records):
        if not groups or groups[-1][0] != out.document:
            groups.append((out.document, []))
        groups[-1][1].append(out.id)
        assert out.dropped is None or re.fullmatch(r"[a-z_]+", out.dropped.reason)
    assert [document for document, _ in groups] == [record.id for record in records]
    for document, ids in groups:
        assert ids in ([document], [f"{document}#{number}" for number in range(len(ids))])


@pytest.mark.parametrize(("name", "options"), CASES)
@FEW
@given(records=record_lists())
def test_the_answer_is_always_the_same(name: str, options: dict[str, Any], records: list[Record]) -> None:
    """No clock, no chance, no memory of earlier calls."""
    assert run(name, options, records) == run(name, options, records)


@pytest.mark.parametrize(("name", "options"), CASES)
@FEW
@given(records=record_lists())
def test_only_named_fields_change(name: str, options: dict[str, Any], records: list[Record]) -> None:
    """Only steps that edit change text, and only in `fields`; what is not trained on is never touched."""
    originals = {record.id: record for record in records}
    named = options.get("fields")
    for out in run(name, options, records):
        origin = originals[out.document]
        assert out.meta == origin.meta
        assert list(out.fields) == list(origin.fields)
        if out.id == origin.id:
            changed = {field for field, text in out.fields.items() if text != origin.fields[field]}
            assert changed <= (set(named or origin.fields) if name in EDITORS else set())


@pytest.mark.parametrize(("name", "options"), [case for case in CASES if case.values[0] in NORMALIZERS])
@FEW
@given(records=record_lists())
def test_a_normalizer_has_nothing_left_to_do(
    name: str, options: dict[str, Any], records: list[Record]
) -> None:
    """What was normalized once is normal."""
    once = [record for record in run(name, options, records) if not record.dropped]
    assert run(name, options, once) == once


@pytest.mark.parametrize(
    ("name", "options"),
    [case for case in CASES if module_constant("steps", str(case.values[0]), "SCOPE", None) == "record"],
)
@FEW
@given(records=record_lists(), cut=st.integers(0, 8))
def test_a_record_step_may_run_in_shards(
    name: str, options: dict[str, Any], records: list[Record], cut: int
) -> None:
    """A step of scope `record` gives the same result on any division of its input."""
    whole = run(name, options, records)
    assert run(name, options, records[:cut]) + run(name, options, records[cut:]) == whole


@pytest.mark.parametrize("name", names("steps"))
def test_a_step_says_what_it_does(name: str) -> None:
    """Scope, summary, every option and every reason are documented; options have types and defaults."""
    function = load("steps", name)
    assert module_constant("steps", name, "SCOPE", None) in {"record", "dataset"}
    assert function.__module__ == f"runner.steps.{name}"
    documentation = inspect.getdoc(function) or ""
    _, *options = inspect.signature(function).parameters.values()
    documented = re.findall(r"^`(\w+)`: \S", documentation, re.MULTILINE)
    assert [option.name for option in options] == documented
    assert all(option.kind is option.KEYWORD_ONLY for option in options)
    reasons = set(re.findall(r"^Drops with reason `(\w+)`: \S", documentation, re.MULTILINE))
    source = inspect.getsource(inspect.getmodule(function))  # type: ignore[arg-type]
    assert reasons == set(re.findall(r"(?:drop|Drop)\(\s*\"(\w+)\"", source))


@pytest.mark.parametrize("name", names("steps"))
def test_options_are_checked_when_the_step_is_made(name: str) -> None:
    """A recipe check calls a step with nothing to read and learns about bad options."""
    assert not inspect.isgeneratorfunction(load("steps", name))


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("normalize_whitespace", {"max_newlines": 0}, "max_newlines is 0"),
    (
        "drop_outliers",
        {"min_characters": {"text": 9}, "max_characters": {"text": 3}},
        "min_characters.text is 9",
    ),
    ("drop_outliers", {"min_ratio": 2.0, "max_ratio": 1.0}, "min_ratio is 2.0"),
    ("drop_outliers", {"max_ratio": -1}, "max_ratio is -1"),
    ("drop_outliers", {"min_ratio": float("nan")}, "min_ratio is nan"),
    ("limit_tokens", {"max_tokens": 3}, "max_tokens is 3"),
    ("limit_tokens", {"max_tokens": 9, "min_tokens": 10}, "min_tokens is 10"),
    ("keep_language", {"min_share": 1.5}, "min_share is 1.5"),
    ("filter_pattern", {}, "at least one pattern"),
    ("filter_pattern", {"drop": ["("]}, "pattern '\\('"),
    ("filter_pattern", {"require": ["(?=x)"]}, "not valid"),
    ("sample", {"records": 0}, "records is 0"),
    ("replace", {"texts": {}}, "at least one"),
    ("replace", {"texts": {"": "x"}}, "none of them may be empty"),
]


@pytest.mark.parametrize(("name", "options", "message"), BAD)
def test_bad_options_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    """What the types cannot say is said in one sentence, before any record is read."""

    def unread() -> Iterator[Record]:
        raise AssertionError("a record was read")
        yield

    with pytest.raises(ValueError, match=message):
        load("steps", name)(unread(), **options)


def test_the_tokenizers_offered_are_those_there_are() -> None:
    """The option's type lists what `runner.text.tokens` can count with."""
    hints = get_type_hints(load("steps", "limit_tokens"))
    assert get_args(hints["tokenizer"]) == TOKENIZERS
