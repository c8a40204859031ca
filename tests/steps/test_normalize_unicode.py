"""Unicode normalization equals `unicodedata`, byte for byte."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import any_character, texts

from runner.text.unicode import SEPARATE, STABLE, Form, normalizer

FORMS = get_args(Form)
EVERY = [chr(point) for point in range(sys.maxunicode + 1)]


@pytest.mark.parametrize("form", FORMS)
@given(text=st.one_of(st.text(any_character), texts))
@example("か\u3099")
@example("Ａ\u0301\u0327")
@example("ｶﾞ\u0301")
@example("\u1100\u1161\u11a8")
@example("ﷺ\ud800\u0344")
def test_equals_the_standard_library(form: Form, text: str) -> None:
    """For any string at all, lone surrogates included."""
    assert normalizer(form)(text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
@given(
    text=st.text(st.sampled_from("aかカｶﾞﾟ゙゚Ａ！。　①…한ᄀ각\u0301\u0327\u0323\u09c7\u09be\u0344"), max_size=30)
)
def test_equals_it_where_characters_join(form: Form, text: str) -> None:
    """Marks, jamo and half-width voicing in every order and place."""
    assert normalizer(form)(text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
def test_the_stable_characters_are_stable(form: Form) -> None:
    """Each keeps its form, starts a character and joins with nothing before it, in this Python's Unicode."""
    stable = re.compile(f"[{STABLE}]")
    joining = joining_characters()
    for character in filter(stable.match, EVERY):
        assert unicodedata.normalize(form, character) == character
        assert character not in joining


@pytest.mark.parametrize("form", FORMS)
def test_the_separate_characters_join_with_nothing_before_them(form: Form) -> None:
    """They may change, but into something that starts a character of its own."""
    joining = joining_characters()
    for character in filter(re.compile(f"[{SEPARATE}]").match, EVERY):
        assert unicodedata.normalize(form, character)[0] not in joining


def joining_characters() -> set[str]:
    """Characters that a normal form may move or merge with what stands before them."""
    second = {
        chr(int(parts[1], 16))
        for parts in (unicodedata.decomposition(character).split() for character in EVERY)
        if len(parts) == 2 and not parts[0].startswith("<")
    }
    jamo = {chr(point) for point in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    return second | jamo | {character for character in EVERY if unicodedata.combining(character)}
