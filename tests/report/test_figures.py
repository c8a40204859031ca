"""Numbers and foreign text, as people read them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.reporting import figures

_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.39149, "2.391"),
        (-0.0001, "0.000"),
        (-1.5, "−1.500"),
        (None, "–"),
        (float("nan"), "not finite"),
        ("2", "–"),
    ],
)
def test_a_measure_is_rounded_or_says_why_it_is_missing(value: Any, text: str) -> None:
    """Not measured is a dash; not finite says so; neither is ever shown as 0."""
    assert figures.measure(value) == text


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [(2.0, 1.5, "−25.0%"), (2.0, 2.5, "+25.0%"), (2.0, 2.0, "±0.0%"), (None, 2.0, ""), (0.0, 1.0, "")],
)
def test_a_change_is_relative(before: Any, after: Any, text: str) -> None:
    """The change is stated against the value before, with its sign."""
    assert figures.change(before, after) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "$0.00"), ("1234.5", "$1,234.50"), ("0.0036", "$0.0036"), (None, "unknown"), ("x", "unknown")],
)
def test_an_unknown_price_is_never_zero(value: Any, text: str) -> None:
    """Money that nobody stated is unknown."""
    assert figures.usd(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (59.6, "1 min"), (192.4, "3 min 12 s"), (7260, "2 h 1 min"), (None, "–")],
)
def test_a_duration_has_two_units(seconds: Any, text: str) -> None:
    """Seconds of an hour-long run are noise."""
    assert figures.duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "language"),
    [("いつ届きますか", "ja"), ("返品", "ja"), ("안녕하세요", "ko"), ("Grüße", ""), ("", "")],
)
def test_the_language_decides_the_shape_of_han_characters(text: str, language: str) -> None:
    """Kana, and Han alone, are taken for Japanese."""
    assert figures.language(text) == language


def test_a_cut_text_says_how_much_is_missing() -> None:
    """Nothing is cut silently."""
    assert figures.clipped("あ" * 705) == "あ" * 700 + " … (5 more characters)"


@given(st.text(st.characters()))
def test_any_text_becomes_readable(text: str) -> None:
    """Control characters and halves of characters are replaced; all else stays."""
    shown = figures.readable(text)
    shown.encode()
    assert not any(ord(char) < 32 and char not in "\n\t" for char in shown)
    if text.isprintable():
        assert shown == text


@given(_ANYTHING)
def test_any_data_becomes_strict_json(data: Any) -> None:
    """NaN, infinity and half characters do not make a file that other programs refuse."""
    json.dumps(figures.plain(data), allow_nan=False, ensure_ascii=False).encode()
