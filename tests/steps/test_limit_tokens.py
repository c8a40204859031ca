"""Over-long records: dropped, or cut at good places into pieces that fit exactly."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import many, record, texts

from runner.record import Record
from runner.steps.limit_tokens import limit_tokens
from runner.text.characters import well_formed
from runner.text.pieces import pieces
from runner.text.sentences import graphemes, sentences
from runner.text.tokens import count

JAPANESE = (
    "返品は三十日以内に承ります。送料はお客様のご負担です！「はい。」とお答えください。ありがとうございます。"
)
ENGLISH = 'We ship within 3.5 days. "Is it free?" Yes, it is! Visit example.com for more.'
LONG = "\n".join([JAPANESE, ENGLISH, "- 一覧の項目", JAPANESE]) * 20


def cut(
    text: str, limit: int, tokenizer: Literal["cl100k_base", "o200k_base"] = "cl100k_base"
) -> list[Record]:
    """The pieces of one text."""
    return list(limit_tokens(many(text), max_tokens=limit, tokenizer=tokenizer, action="split"))


def test_sentences_end_where_a_reader_says_so() -> None:
    """Not inside a number, an address, or a quotation that goes on; white space ends a part."""
    assert sentences(JAPANESE) == [
        "返品は三十日以内に承ります。",
        "送料はお客様のご負担です！",
        "「はい。」とお答えください。",
        "ありがとうございます。",
    ]
    assert sentences(ENGLISH) == [
        "We ship within 3.5 days. ",
        '"Is it free?" ',
        "Yes, it is! ",
        "Visit example.com for more.",
    ]
    assert sentences("見出し\n\n本文「終わり。」次の文") == ["見出し\n\n", "本文「終わり。」", "次の文"]


def test_over_long_records_are_dropped() -> None:
    """All trained fields count together; what fits keeps its count."""
    rows = [record(prompt="短い", completion="答え"), record(prompt="長い" * 50, completion="答え")]
    short, long = limit_tokens(rows, max_tokens=50)
    assert short.tokens == ("cl100k_base", sum(count(["短い", "答え"])))
    assert long.dropped is not None
    assert long.dropped.reason == "too_many_tokens"
    assert long.dropped.detail.endswith("tokens, at most 50 are allowed")


def test_half_an_answer_is_no_answer() -> None:
    """`split` cuts texts only; a record with a prompt, or with a system text, is dropped."""
    for fields in ({"prompt": "長い" * 50, "completion": "答え"}, {"text": "長い" * 50, "system": "丁寧に"}):
        (out,) = limit_tokens([record(**fields)], max_tokens=20, action="split")
        assert out.dropped is not None


def test_pieces_are_whole_sentences() -> None:
    """As many as fit: no piece could take the first sentence of the next one."""
    done = cut(LONG, 60)
    assert all(piece.fields["text"].rstrip().endswith(("。", "！", ".", "!", '?"')) for piece in done)
    for piece, following in pairwise(done):
        first = sentences(following.fields["text"])[0]
        assert count([piece.fields["text"] + first]) > [60]


@settings(max_examples=60)
@given(text=st.one_of(texts, st.text(max_size=60)), limit=st.integers(4, 40), o200k=st.booleans())
def test_pieces_fit_and_lose_nothing(text: str, limit: int, o200k: bool) -> None:
    """Each is within the limit, carries its exact count, and joined they are the text."""
    done = cut(text, limit, "o200k_base" if o200k else "cl100k_base")
    tokenizer = "o200k_base" if o200k else "cl100k_base"
    whole = text if len(done) == 1 and done[0].id == "faq/0" else well_formed(text)
    assert "".join(piece.fields["text"] for piece in done) == whole
    for piece in done:
        assert piece.tokens == (tokenizer, count([well_formed(piece.fields["text"])], tokenizer)[0])
        assert piece.tokens[1] <= limit
        assert piece.document == "faq/0"


@pytest.mark.parametrize(
    "text", ["あ" * 3000, "a" * 3000, "👩\u200d👩\u200d👧" * 300, " " * 3000, "か\u3099" * 900]
)
def test_a_text_without_any_place_to_cut(text: str) -> None:
    """Cut between characters, never inside one, and the pieces are nearly full."""
    done = cut(text, 64)
    assert "".join(piece.fields["text"] for piece in done) == text
    assert (
        sum(len(graphemes(piece.fields["text"])) for piece in done) == len(graphemes(text)) or text.isspace()
    )
    assert all(48 <= (piece.tokens or ("", 0))[1] <= 64 for piece in done[:-1])


def test_a_character_longer_than_the_limit_is_cut_too() -> None:
    """A letter under a heap of marks: the limit holds all the same."""
    heap = "a" + "\u0301" * 200
    assert "".join(piece.text for piece in pieces(heap, 8, count)) == heap
    assert all(piece.tokens <= 8 for piece in pieces(heap, 8, count))


def test_a_short_rest_may_be_dropped() -> None:
    """`min_tokens` is about the last piece of a cut text, not about texts that were short from the start."""
    done = list(limit_tokens(many(LONG + "終。", "短"), max_tokens=60, action="split", min_tokens=59))
    *full, rest, short = done
    assert rest.dropped is not None
    assert rest.dropped.reason == "short_piece"
    assert not any(piece.dropped for piece in (*full, short))
    assert sum(len(piece.fields["text"]) for piece in (*full, rest)) == len(LONG) + 2


def test_nothing_is_counted_twice() -> None:
    """A count that is there is taken as it is, if it was made by the same tokenizer."""
    counted = Record("faq/0", {"text": "短い"}, {}, "faq/0", tokens=("cl100k_base", 999))
    assert next(limit_tokens([counted], max_tokens=100)).dropped is not None
    other = next(limit_tokens([counted], max_tokens=100, tokenizer="o200k_base"))
    assert other.tokens == ("o200k_base", count(["短い"], "o200k_base")[0])
