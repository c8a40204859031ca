"""Markup, control characters, white space and replaced words: what goes and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import record, texts

from runner.steps.normalize_whitespace import normalize_whitespace
from runner.steps.replace import replace
from runner.steps.strip_control import strip_control
from runner.steps.strip_markup import strip_markup


def markup(text: str, **options: object) -> str:
    """The text after `strip_markup`."""
    return next(strip_markup([record(text=text)], **options)).fields["text"]  # type: ignore[arg-type]


def control(text: str) -> str:
    """The text after `strip_control`."""
    return next(strip_control([record(text=text)])).fields["text"]


def space(text: str, **options: object) -> str:
    """The text after `normalize_whitespace`."""
    return next(normalize_whitespace([record(text=text)], **options)).fields["text"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("<p>返品は<b>30日</b>以内です。</p>", "\n返品は30日以内です。\n"),
        ('<a href="https://example.com/?a=1>2" class=x>こちら</a>', "こちら"),
        ("一行目<br>二行目<BR />三行目", "一行目\n二行目\n三行目"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "\n\n a  b \n\n"),
        ("前<!-- 内緒 <b> -->後", "前後"),
        ("<script>if (a < b) { run('</p>') }</script>本文<style>p{}</style>", "本文"),
        ("<!DOCTYPE html><?xml version='1.0'?>本文", "本文"),
        ("A &amp; B &lt;b&gt; &#12354;&#x3042;&nbsp;&hellip;", "A & B <b> ああ\xa0…"),
        ("&AMP; &notit; &copy &unknown; AT&T; a&b", "& &notit; &copy &unknown; AT&T; a&b"),
    ],
)
def test_html_goes(text: str, clean: str) -> None:
    """Tags, comments, scripts, styles and entities; blocks become lines."""
    assert markup(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "a < b かつ b > c",
        "a <b and c> d",
        "List<String> と vector<int>",
        "SELECT <column> FROM <table> WHERE <condition>",
        "<context>参考</context>",
        "<お名前>様",
        "<!-- 終わらない <b> 注釈".replace("<b>", "b"),
        "x<y",
        "配列 a[3] の値",
        "<3",
    ],
)
def test_what_only_looks_like_html_stays(text: str) -> None:
    """Comparisons, type parameters, place holders and grounding tags are text."""
    assert markup(text) == text


def test_tags_can_be_kept_and_others_removed() -> None:
    """`keep` and `unknown` decide about names; both ignore case."""
    text = "<context><b>太字</b></context><memo>控え</memo>"
    assert markup(text, keep=["B"]) == text
    assert markup(text, unknown=True, keep=["context"]) == "<context>太字</context>控え"


def test_reference_marks_go_when_asked() -> None:
    """As Wikipedia sets them, in Japanese and English."""
    text = "東京[1]は首都[注 2]である[要出典]。[12][note 3] [2024] [A]"
    assert markup(text, references=True) == "東京は首都である。 [2024] [A]"


@pytest.mark.parametrize(
    "part", ["<", "<a ", '<a "', "<!--", "<script>", "&", "&#", "<p x='", "[", "<b <", "</", "<b>"]
)
def test_hostile_markup_is_read_in_one_pass(part: str) -> None:
    """A hundred thousand openings without an end: a parser that starts again at each would not come back."""
    text = part * 100_000
    assert len(markup(text, references=True)) > 0 or part == "<script>"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\x00b\x07c\x1b[0m\x7f\x9f", "abc[0m"),
        ("\ufeff見え\u200bない\u00ad字\u2060", "見えない字"),
        ("\u202eabc\u202c \u2066d\u2069\u200f", "abc d"),
        ("1\x0b2\x0c3\x854\u20285\u20296", "1\n2\n3\n4\n5\n6"),
        ("\ud83d片割れ", "\ufffd片割れ"),
        ("隠\U000e0041\U000e0042す", "隠す"),
        ("x\u200dy 日\u200d本", "xy 日本"),
    ],
)
def test_invisible_characters_go(text: str, clean: str) -> None:
    """Controls, zero width, directions, hidden tags and halves of surrogate pairs."""
    assert control(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "タブ\tと\n改行\r\nは残る",
        "👩\u200d👩\u200d👧\u200d👦 ❤\ufe0f\u200d🔥",
        "می\u200cخواهم क्\u200dष",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "葛\U000e0100城市 辻\ufe00",
        "\ue000外字",
    ],
)
def test_what_a_reader_needs_stays(text: str) -> None:
    """Line ends, joined emoji, joiners of Persian and Hindi, flags, variants of kanji, private characters."""
    assert control(text) == text


def test_broken_text_is_kept_removed_or_dropped() -> None:
    """U+FFFD says that something was lost: the recipe decides."""
    torn = [record(text="文字\ufffd化け")]
    assert next(strip_control(torn)).fields["text"] == "文字\ufffd化け"
    assert next(strip_control(torn, broken="remove")).fields["text"] == "文字化け"
    dropped = next(strip_control(torn, broken="drop")).dropped
    assert dropped is not None
    assert (dropped.reason, dropped.detail) == ("broken_text", "U+FFFD in text")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\u3000 東京\u3000\u3000大阪\t\xa0京都 ", "東京 大阪 京都"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a \n \n\n\n  b", "a\n\nb"),
        ("\n\n\na\n\n", "a"),
    ],
)
def test_white_space_becomes_uniform(text: str, clean: str) -> None:
    """One space, one kind of line end, at most one empty line."""
    assert space(text) == clean


def test_indentation_can_stay() -> None:
    """Program code keeps its shape; only line ends and empty lines are tidied."""
    assert space("\n\n  if a:  \r\n\t return  1\n\n\n\nx", keep_indent=True) == "  if a:\n\t return  1\n\nx"


@given(text=texts, most=st.integers(1, 3))
def test_no_word_is_lost_with_the_white_space(text: str, most: int) -> None:
    """Everything but white space is still there, in order."""
    clean = space(text, max_newlines=most)
    assert "".join(clean.split()) == "".join(text.split())
    assert "\n" * (most + 1) not in clean
    assert clean == clean.strip(" \n\t\u3000")


def test_words_are_replaced_once() -> None:
    """The longest match first, and never inside what was just put in."""
    done = next(
        replace([record(text="弊社と御社、弊社長")], texts={"弊社": "当社", "弊社長": "社長", "当社": "×"})
    )
    assert done.fields["text"] == "当社と御社、社長"
