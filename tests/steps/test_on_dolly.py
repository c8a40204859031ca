"""The steps on all of databricks-dolly-15k-ja, against facts that were counted by other means."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from runner.plugins import load
from runner.record import Record


@pytest.fixture(scope="module")
def dolly(shared_data: Path) -> list[Record]:
    """All records: instruction and context in the prompt, and the context once more beside it."""
    with gzip.open(shared_data / "dolly-ja" / "databricks-dolly-15k-ja.jsonl.gz") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Record(
            f"dolly/{place}",
            {"prompt": f"{row['instruction']}\n{row['input']}", "completion": row["output"]},
            {"context": row["input"], "instruction": row["instruction"]},
            f"dolly/{place}",
        )
        for place, row in enumerate(rows)
    ]


def reasons(records: Iterable[Record]) -> Counter[str]:
    """How many were dropped, by reason."""
    return Counter(record.dropped.reason for record in records if record.dropped)


def test_exact_duplicates(dolly: list[Record]) -> None:
    """12, and the same 12 after normalization; 216 when only the question is compared."""
    step = load("steps", "drop_duplicates")
    exact = [record.id for record in step(dolly) if record.dropped]
    assert len(exact) == 12
    assert [record.id for record in step(dolly, match="normalized") if record.dropped] == exact
    assert reasons(step(dolly, fields=("prompt",))) == {"duplicate": 216}


def test_translation_faults(dolly: list[Record]) -> None:
    """54 answers are the context, 3 are the instruction."""
    step = load("steps", "drop_outliers")
    assert reasons(step(dolly, different=("completion", "context"))) == {"same_text": 54}
    assert reasons(step(dolly, different=("completion", "instruction"))) == {"same_text": 3}


def test_nothing_is_empty(dolly: list[Record]) -> None:
    """Every record has a question and an answer."""
    assert reasons(load("steps", "drop_empty")(dolly)) == {}


def test_answers_without_japanese(dolly: list[Record]) -> None:
    """178 answers hold no Japanese letter, some of them no letter at all."""
    kept = load("steps", "keep_language")(dolly, min_share=0.000001, fields=("completion",))
    foreign = [record for record in kept if record.dropped]
    silent = [r for r in dolly if not any(map(str.isalpha, r.fields["completion"]))]
    assert len(foreign) + len(silent) == 178


def test_reference_marks(dolly: list[Record]) -> None:
    """2,576 records hold marks such as [3]; only a year in brackets is left."""
    marked = re.compile(r"\[\d{1,3}\]", re.ASCII)
    number = re.compile(r"\[\d+\]", re.ASCII)  # one record holds a year in brackets, which stays
    assert sum(any(map(number.search, record.fields.values())) for record in dolly) == 2576
    done = load("steps", "strip_markup")(dolly, references=True, entities=False)
    assert not any(marked.search(text) for record in done for text in record.fields.values())


def test_place_holders_are_not_html(dolly: list[Record]) -> None:
    """The only tags in these texts are place holders such as `<table>` in an SQL statement: they stay."""
    assert list(load("steps", "strip_markup")(dolly)) == dolly


def test_normal_forms(dolly: list[Record]) -> None:
    """Byte for byte those of the standard library."""
    done = load("steps", "normalize_unicode")(dolly)
    for before, after in zip(dolly, done, strict=True):
        assert after.fields == {k: unicodedata.normalize("NFKC", v) for k, v in before.fields.items()}


def test_the_token_limit_holds(dolly: list[Record]) -> None:
    """All answers as one text each, cut to 256 tokens: nothing lost, nothing over the limit."""
    texts = [Record(r.id, {"text": r.fields["completion"]}, r.meta, r.document) for r in dolly[:3000]]
    done = list(load("steps", "limit_tokens")(texts, max_tokens=256, action="split"))
    assert len(done) > len(texts)
    assert all(record.tokens and record.tokens[1] <= 256 for record in done)
    assert "".join(r.fields["text"] for r in done) == "".join(r.fields["text"] for r in texts)
