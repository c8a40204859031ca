"""Bounds by script: which class a text is of, and what the measured factors make of a count."""

from __future__ import annotations

import bz2
import gzip
import json
import sysconfig
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.model import Model, load_model, models
from runner.planning.cost import Work, estimate
from runner.text.counting import counter_for
from runner.text.token_bounds import SCRIPTS, record_bounds, script_of, total_bounds
from runner.text.tokens import count


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("東京都庁は新宿区にあります。ご不明な点は、お気軽にお問い合わせください。", "japanese"),
        ("AWSのLambdaとS3で、サーバーレスのしくみを作ります。費用は使った分だけです。", "japanese"),
        ("会社概要", "japanese"),  # a title may be all kanji
        ("The quick brown fox jumps over the lazy dog; it isn't easy (they say).", "latin"),
        ("Größere Wörter, ça va, señor: œuvre à la française.", "latin"),
        ("def f(x):\n    return {k: v[0] for k, v in x.items() if k != 'a'}\n", "code"),
        ('{"a": [1, 2.5e-3, null], "b": {"c": "x"}}', "code"),
        ("Please translate this sentence into Japanese for me: これは本です。", "mixed"),
        ("Это предложение написано по-русски.", "other"),
        ("이것은 한국어 문장입니다.", "other"),
        (
            "这是一个很长的中文句子，里面没有任何日文假名，所以它不是日语，而是中文，我们应该把它分到别的类别里去。",
            "other",
        ),
        ("", "latin"),
        ("12345 67890 sum", "other"),
        ("\ud800 half a pair", "mixed"),
    ],
)
def test_the_class_of_a_text(text: str, script: str) -> None:
    """By the share of its characters."""
    assert script_of(text) == script


@given(st.text())
def test_every_text_has_a_class(text: str) -> None:
    """Whatever the characters, halves of surrogate pairs included."""
    assert script_of(text) in SCRIPTS


def test_real_texts_are_classed(shared_data: Path) -> None:
    """Almost all of dolly-ja is Japanese, almost all source code is code or prose about it."""
    with gzip.open(
        shared_data / "dolly-ja/databricks-dolly-15k-ja.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(1500), strict=False)]
    japanese = Counter(script_of(row["instruction"] + row["input"] + row["output"]) for row in rows)
    assert japanese["japanese"] > 0.97 * len(rows)
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[:60]
    code = Counter(script_of(file.read_text(encoding="utf-8", errors="replace")) for file in files)
    assert code["japanese"] + code["other"] == 0


def model(**scripts: object) -> Model:
    """A model with bounds for these scripts."""
    facts = {"with": "cl100k_base", "low": 0.25, "high": 2.0, "scripts": scripts}
    return Model("m", {"tokens": {"tokenizer": None, "estimate": facts}}, Path("m.json"), "")


JAPANESE = {"record": {"low": 0.5, "high": 1.5}, "total": {"low": 0.6, "likely": 0.7, "high": 1.4}}


def test_records_and_sums_have_bounds_of_their_own() -> None:
    """Rounded away from the likely value; a script without bounds has the widest."""
    known = model(japanese=JAPANESE)
    record = record_bounds(known, 101, "japanese")
    assert (record.low, record.likely, record.high) == (50, 71, 152)
    unknown = record_bounds(known, 100, "latin")
    assert (unknown.low, unknown.likely, unknown.high) == (25, 100, 200)
    total = total_bounds(known, {"japanese": 1000, "latin": 100})
    assert (total.low, total.likely, total.high) == (625, 800, 1600)


def test_a_published_tokenizer_leaves_no_doubt() -> None:
    """gpt-oss has o200k_base's vocabulary."""
    gpt_oss = load_model("openai.gpt-oss-20b-1:0")
    counter = counter_for(gpt_oss)
    assert counter.exact
    assert counter.name == "o200k_base"
    assert counter.count(["hello world"]) == [2]
    bounds = counter.bounds(7, "japanese")
    assert bounds.low == bounds.likely == bounds.high == 7


def test_every_model_has_ordered_bounds_for_every_script() -> None:
    """And English is narrower than the one range for everything that stood there before (0.57 to 1.63)."""
    seen = 0
    for each in models():
        scripts = (each.data["tokens"].get("estimate") or {}).get("scripts", {})
        for script, bounds in scripts.items():
            record, total = bounds["record"], bounds["total"]
            assert record["low"] <= total["low"] <= total["likely"] <= total["high"] <= record["high"], (
                each.id,
                script,
            )
        if scripts:
            seen += 1
            assert set(scripts) == set(SCRIPTS)
            total = scripts["latin"]["total"]
            assert total["high"] / total["low"] < 1.63 / 0.57
    assert seen > 20


def test_cost_uses_the_scripts_bounds() -> None:
    """The same count costs less doubt in English than in an unknown script."""
    nova = load_model("amazon.nova-2-lite-v1:0")

    def spread(**scripts: int) -> tuple[object, object]:
        work = Work(1_000_000, "cl100k_base", 1, scripts)
        amount = estimate(nova, "fine_tuning", "us-east-1", work).lines[0].amount
        assert amount is not None
        return amount.low, amount.high

    english, unknown = spread(latin=1_000_000), spread()
    assert unknown[0] < english[0]  # type: ignore[operator]
    assert english[1] < unknown[1]  # type: ignore[operator]


def test_the_bounds_hold_for_o200k(shared_data: Path) -> None:
    """A tokenizer that everybody has: 99 % of real Japanese and English records lie within the bounds."""
    nova = load_model("amazon.nova-micro-v1:0")
    with gzip.open(
        shared_data / "dolly-ja/databricks-dolly-15k-ja.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        texts = [json.loads(line)["output"] for line, _ in zip(lines, range(1500), strict=False)]
    page = bz2.decompress(
        (shared_data / "wiki/enwiki-slice-a-pages-articles-multistream.xml.bz2").read_bytes()
    ).decode()
    texts += [page[start : start + 2000] for start in range(0, 200_000, 2000)]
    pairs = [
        (counted, own, script_of(text))
        for text, counted, own in zip(texts, count(texts), count(texts, "o200k_base"), strict=True)
        if counted >= 64
    ]
    within = sum(
        bounds.low <= own <= bounds.high
        for counted, own, script in pairs
        for bounds in [record_bounds(nova, counted, script)]
    )
    assert len(pairs) > 500
    assert within > 0.99 * len(pairs)
