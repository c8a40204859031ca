"""Field mappings: names and templates, and nothing that could run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.reading.fields import TemplateError, columns, mapping

NAMES = st.text(
    st.characters(blacklist_characters="{}[].!:()", blacklist_categories=["Cs", "Z", "Cc"]), min_size=1
)
VALUES = st.text(st.characters(blacklist_categories=["Cs"]))
GROUNDED = "{instruction}[[\n\n<context>{input}</context>]]"


def text(template: str, row: dict[str, Any]) -> str:
    """The prompt that a template makes of a row."""
    return mapping({"prompt": template})(row)[0]["prompt"]


def test_names_and_meta() -> None:
    """Trained fields are text, every other name is meta and keeps its value."""
    apply = mapping({"prompt": "q", "completion": "a", "category": "kind", "tags": "tags", "id": "{n}-{q}"})
    row = {"q": "質問", "a": "答え", "kind": 3, "tags": ["x"], "n": 7, "unused": 1}
    assert apply(row) == (
        {"prompt": "質問", "completion": "答え"},
        {"category": 3, "tags": ["x"], "id": "7-質問"},
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (3, "3"),
        (0.5, "0.5"),
        (True, "true"),
        ([1, "二"], '[1,"二"]'),
        ({"a": None}, '{"a":null}'),
    ],
)
def test_values_that_are_no_text(value: Any, expected: str) -> None:
    """In a trained field they are their JSON text; null is empty, as is a missing column."""
    assert text("q", {"q": value}) == text("{q}", {"q": value}) == expected
    assert text("q", {}) == text("{q}", {}) == ""
    assert mapping({"meta": "q"})({"q": None})[1] == mapping({"meta": "q"})({})[1] == {"meta": ""}


def test_a_context_in_tags() -> None:
    """The optional part is left out when its column is blank, so that no empty tags are trained."""
    assert (
        text(GROUNDED, {"instruction": "要約して。", "input": "本文"})
        == "要約して。\n\n<context>本文</context>"
    )
    for blank in ("", " \n　", None):
        assert text(GROUNDED, {"instruction": "要約して。", "input": blank}) == "要約して。"
    assert text("[[{a}, {b}]]!", {"a": "x", "b": ""}) == "!"
    assert text("[[{a}]][[{b}]]", {"a": "x", "b": "y"}) == "xy"
    assert columns({"prompt": GROUNDED, "completion": "output", "system": "{input}"}) == (
        "instruction",
        "input",
        "output",
    )


def test_braces_themselves() -> None:
    """Doubled they are characters."""
    assert text('{{"q": "{q}"}}', {"q": "x"}) == '{"q": "x"}'
    assert text("{{q}}", {"q": "x"}) == "{q}"


@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=4, unique_by=lambda pair: pair[0]))
def test_values_are_reproduced_and_never_read_as_templates(pairs: list[tuple[str, str]]) -> None:
    """Whatever a value holds, braces and brackets included, it stands in the text as it is."""
    row = dict(pairs)
    assert text("|".join(f"{{{name}}}" for name in row), row) == "|".join(row.values())
    assert text("".join(f"[[<{{{name}}}>]]" for name in row), row) == "".join(
        f"<{value}>" for value in row.values() if value.strip()
    )


@given(NAMES, VALUES)
def test_a_column_is_reproduced(name: str, value: str) -> None:
    """A name without braces is a column, whatever else it is made of."""
    assert text(name, {name: value}) == value


@given(st.text(st.characters(blacklist_characters="{}[]", blacklist_categories=["Cs"])), VALUES)
def test_literal_text_is_kept(literal: str, value: str) -> None:
    """What stands around the columns is copied."""
    assert text(f"{literal}{{q}}{literal}", {"q": value}) == f"{literal}{value}{literal}"


@pytest.mark.parametrize(
    ("template", "position"),
    [
        ("{0.__class__}", 3),
        ("x{q.upper()}", 4),
        ("{q!r}", 3),
        ("{q:>9999999999}", 3),
        ("{q[0]}", 3),
        ("{}", 1),
        ("{ q}", 1),
        ("a{", 2),
        ("{q}}", 4),
        ("{q{r}}", 1),
        ("{{{q}", None),
        ("[[{q}", 1),
        ("{q}]]", 4),
        ("[[{q}[[{r}]]]]", 6),
        ("{q}[[nothing]]", 4),
        ("{__import__('os')}", 12),
        ("{{% for x in y %}}{", 19),
    ],
)
def test_hostile_and_broken_templates(template: str, position: int | None) -> None:
    """Attribute access, format specs, calls and slips are plain errors that name the character."""
    if position is None:
        assert text(template, {"q": "x"}) == "{x"
        return
    with pytest.raises(TemplateError, match=f"at character {position}$") as caught:
        mapping({"prompt": template})
    assert isinstance(caught.value, ValueError)
    assert caught.value.position == position


@given(st.text(alphabet="{}[]q.!:( x"))
def test_any_text_is_a_template_or_an_error(template: str) -> None:
    """There is no third way."""
    wrong = 0
    try:
        assert isinstance(text(template, {"q": "v"}), str)
    except TemplateError as error:
        wrong = error.position
    assert 0 <= wrong <= len(template)
