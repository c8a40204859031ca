"""Steps that drop: what they drop, why, and what they keep."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import many, record

from runner.record import Record
from runner.steps.drop_duplicates import drop_duplicates
from runner.steps.drop_empty import drop_empty
from runner.steps.drop_outliers import drop_outliers
from runner.steps.filter_pattern import filter_pattern
from runner.steps.keep_language import keep_language
from runner.steps.sample import sample
from runner.text.language import language, letters, share


def reason(record: Record) -> str:
    """Why the record was dropped; "" if it was not."""
    return record.dropped.reason if record.dropped else ""


def detail(record: Record) -> str:
    """The detail of the drop."""
    assert record.dropped is not None
    return record.dropped.detail


def test_empty_means_no_text_where_text_is_needed() -> None:
    """White space is no text; a system text may be missing; other fields only if they are named."""
    rows = [
        record(prompt="問い", completion="答え", system=""),
        record(prompt="問い", completion=" \u3000\n"),
        record(prompt="", completion=""),
    ]
    assert [reason(out) for out in drop_empty(rows)] == ["", "empty", "empty"]
    assert detail(list(drop_empty(rows))[2]) == "no text in prompt, completion"
    assert [reason(out) for out in drop_empty(rows, fields=("prompt",))] == ["", "", "empty"]
    assert reason(next(drop_empty(rows, fields=("text",)))) == "empty"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"prompt": "営業時間は？", "completion": "九時からです。"}, ""),
        ({"prompt": "営業時間は？", "completion": " 九 "}, "too_short"),
        ({"prompt": "営業時間は？" * 10, "completion": "九時からです。"}, "too_long"),
        ({"prompt": "営業時間は？", "completion": "九時" * 30}, "ratio"),
        ({"prompt": "営業時間は？", "completion": "営業時間は？\n"}, "same_text"),
    ],
)
def test_outliers(fields: dict[str, str], why: str) -> None:
    """Each way of being out of bounds has its own reason."""
    done = drop_outliers(
        [record(**fields)],
        min_characters={"completion": 2},
        max_characters={"prompt": 30},
        min_ratio=0.1,
        max_ratio=5,
    )
    assert reason(next(done)) == why


def test_the_same_text_is_found_in_mapped_columns_too() -> None:
    """A translation fault of real data: the context was copied into the answer."""
    copied = Record("faq/0", {"prompt": "要約して", "completion": "本文"}, {"context": "本文"}, "faq/0")
    assert reason(next(drop_outliers([copied]))) == ""
    names = ("prompt", "completion", "context")
    assert (
        detail(next(drop_outliers([copied], different=names))) == "completion and context hold the same text"
    )
    assert reason(next(drop_outliers([record(prompt="", completion="")]))) == ""


def test_the_first_of_equal_records_stays() -> None:
    """The others name it."""
    rows = many("同じ", "別", "同じ", "同じ")
    assert [reason(out) for out in drop_duplicates(rows)] == ["", "", "duplicate", "duplicate"]
    assert detail(list(drop_duplicates(rows))[3]) == "faq/0"


def test_fields_are_compared_apart() -> None:
    """Texts do not run together, and a missing field is not an empty one."""
    rows = [
        Record("faq/0", {"prompt": "ab", "completion": "c"}, {}, "faq/0"),
        Record("faq/1", {"prompt": "a", "completion": "bc"}, {}, "faq/1"),
        Record("faq/2", {"prompt": "a"}, {}, "faq/2"),
        Record("faq/3", {"prompt": "a", "completion": ""}, {}, "faq/3"),
    ]
    assert [reason(out) for out in drop_duplicates(rows)] == ["", "", "", ""]
    assert [reason(out) for out in drop_duplicates(rows, fields=("prompt",))] == [
        "",
        "",
        "duplicate",
        "duplicate",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ　とは？", "abcとは"),
        ("はい。", "はい！"),
        ("Hello, World.", "hello world"),
        ("ﾃｽﾄ", "テスト"),
    ],
)
def test_normalized_ignores_writing(one: str, other: str) -> None:
    """Case, width, white space and sentence punctuation do not make another question."""
    assert [reason(out) for out in drop_duplicates(many(one, other), match="normalized")] == ["", "duplicate"]
    assert [reason(out) for out in drop_duplicates(many(one, other))] == ["", ""]


@pytest.mark.parametrize(
    ("one", "other"), [("C", "C#"), ("3.14", "314"), ("3-4", "34"), ("？？？", "！！！"), ("10:30", "1030")]
)
def test_normalized_keeps_what_means_something_else(one: str, other: str) -> None:
    """Signs inside numbers and names count, and a text of signs only is compared as it is."""
    assert [reason(out) for out in drop_duplicates(many(one, other), match="normalized")] == ["", ""]


def test_patterns_drop_and_require() -> None:
    """RE2 syntax with Unicode scripts; the detail is the pattern."""
    rows = many("連絡先は a@example.com です", "連絡先は電話です", "hello")
    done = list(filter_pattern(rows, drop=(r"\w+@\w+",), require=(r"\p{Hiragana}", "連絡")))
    assert [reason(out) for out in done] == ["pattern", "", "no_pattern"]
    assert detail(done[2]) == r"\p{Hiragana}"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*)*x", "(?:a?){30}a{30}b"])
def test_a_hostile_pattern_does_not_hang(pattern: str) -> None:
    """Patterns that take a backtracking engine longer than the universe is old."""
    assert next(filter_pattern(many("a" * 50_000 + "!"), drop=(pattern,))).id == "faq/0"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("AWS の Amazon Bedrock を使います。設定はコンソールから行えます。", True),
        ("This is an English sentence. これだけ日本語", False),
        ("東京都", True),
        ("12:30 (50%)", True),
        ("我们的产品可以在三十天之内退货如果您有任何问题请联系我们的客户服务中心谢谢您的理解", False),
    ],
)
def test_japanese_is_kept(text: str, kept: bool) -> None:
    """By the share of kana and kanji; long Chinese text is none; no letters, no judgement."""
    assert (reason(next(keep_language(many(text), min_share=0.4))) == "") is kept


@given(st.text(st.sampled_from("あアｱー漢字々〇한ㄱAzＡéªΩжקไ1１_。 \u3164\u0301"), max_size=60))
def test_the_share_of_japanese_is_that_of_its_scripts(text: str) -> None:
    """The short cut for Japanese counts what the table of all scripts counts."""
    counts = letters(text)
    total, japanese = sum(counts.values()), counts["kana"] + counts["han"]
    chinese = not counts["kana"] and counts["han"] > 30
    assert share(text, "ja") == ((0.0 if chinese else japanese / total) if total else None)


def test_two_ways_to_count_agree_on_all_of_unicode() -> None:
    """No script overlaps another, and none holds what is no letter."""
    everything = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    counts = letters(everything)
    assert share(everything, "ja") == (counts["kana"] + counts["han"]) / sum(counts.values())


def test_records_without_the_compared_fields_are_no_duplicates() -> None:
    """A field that no record has, a typo perhaps, must not make all of them copies of the first."""
    records = many("一つ目", "二つ目", "二つ目")
    assert [one.dropped for one in drop_duplicates(records, fields=("promt",))] == [None] * 3


def test_the_language_of_a_text() -> None:
    """Scripts add up to one; statistics know Japanese, English and the rest."""
    assert [language(text) for text in ("日本語の文", "English text", "Русский", "한국어", "123")] == [
        "ja",
        "en",
        "other",
        "other",
        "other",
    ]
    assert letters("あア亜aЖ") == {"kana": 2, "han": 1, "latin": 1, "hangul": 0, "other": 1}
    assert share("한국어 text", "ko") == pytest.approx(3 / 7)
    assert share("123", "en") is None


@given(text=st.text())
def test_every_letter_is_counted_once(text: str) -> None:
    """A text has a share of a language just if it has letters."""
    assert bool(sum(letters(text).values())) == (share(text, "en") is not None)


@given(smaller=st.integers(1, 30), larger=st.integers(1, 30), seed=st.integers(0, 5), order=st.randoms())
def test_samples_are_nested_and_independent_of_order(
    smaller: int, larger: int, seed: int, order: random.Random
) -> None:
    """The same records are chosen in any order of input, and more of them include the fewer."""
    rows = many(*map(str, range(20)))
    mixed = order.sample(rows, len(rows))

    def chosen(rows: list[Record], number: int) -> list[str]:
        return [out.id for out in sample(rows, records=number, seed=seed) if not out.dropped]

    few, more = sorted((smaller, larger))
    assert len(chosen(rows, few)) == min(few, 20)
    assert set(chosen(rows, few)) <= set(chosen(rows, more))
    assert sorted(chosen(mixed, few)) == sorted(chosen(rows, few))
    assert chosen(rows, few) == sorted(chosen(rows, few), key=lambda name: int(name.removeprefix("faq/")))
