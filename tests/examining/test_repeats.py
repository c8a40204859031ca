"""Repeated records: what is the same, what is nearly the same, across files, and with little memory."""

from __future__ import annotations

import tempfile
import tracemalloc
from pathlib import Path

import pytest
from examining.rows import good, judged, line, places, row, written
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import RunnerError
from runner.examining.near import near_digest
from runner.examining.sightings import Sightings

SAME = (
    ("返品はできますか。", "返品はできますか"),
    ("返品は できますか？", "返品はできますか?"),
    ("ＡＢＣ１２３", "abc123"),
    ("ｶﾀｶﾅ　ｶﾞ", "カタカナガ"),
    ("Hello,\nWorld!", "hello world"),
    ("ÉCOLE", "école"),
    ("返品　できますか", "返品できますか"),
    ("a\u200bb", "ab"),
    ("「はい」、と。", "「はい」と"),
    ("it’s", "it's"),
)
OTHER = (
    ("返品は1回です", "返品は2回です"),
    ("返品", "返金"),
    ("1+1", "1-1"),
    ("人々", "人"),
    ("ハハ", "パパ"),
    ("a b", "a-b"),
)


@pytest.mark.parametrize(("one", "two"), SAME)
def test_near_identical(one: str, two: str) -> None:
    """Case, width, white space, invisible characters and punctuation do not count."""
    assert near_digest((one, "はい")) == near_digest((two, "はい"))


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_not_near_identical(one: str, two: str) -> None:
    """Numbers, words, signs of arithmetic and voiced sounds do."""
    assert near_digest((one, "はい")) != near_digest((two, "はい"))


def test_the_border_between_texts_counts() -> None:
    """The same characters as another prompt and completion are another record."""
    assert near_digest(("ab", "c")) != near_digest(("a", "bc"))
    assert near_digest(("a",), ("s3://b/1.png",)) != near_digest(("a",), ("s3://b/2.png",))


@settings(max_examples=25)
@given(st.lists(st.sampled_from("abcABC１1x"), max_size=60), st.integers(1, 20))
def test_memory_is_bounded_and_nothing_is_lost(texts: list[str], room: int) -> None:
    """With any amount of memory, each repeat is found against the first record of its kind."""
    sightings = Sightings(in_memory=room)
    for number, text in enumerate(texts, start=1):
        sightings.add(0, number, (text,), ())
    found = {(again.place.line, again.first.line, again.exact) for again in sightings.again()}
    expected = set()
    fold = {"A": "a", "B": "b", "C": "c", "１": "1"}
    for number, text in enumerate(texts, start=1):
        earlier = texts[: number - 1]
        if text in earlier:
            expected.add((number, earlier.index(text) + 1, True))
        elif any(fold.get(one, one) == fold.get(text, text) for one in earlier):
            first = next(at for at, one in enumerate(earlier) if fold.get(one, one) == fold.get(text, text))
            expected.add((number, first + 1, False))
    assert found == expected


def test_overlap_of_training_and_validation(tmp_path: Path) -> None:
    """A validation record of the training data is named there; the sum rule takes both files."""
    records = good("prompt_completion")
    train = written(tmp_path / "train.jsonl", [line(record) for record in records[:100]])
    near = row("prompt_completion", records[6]["prompt"].replace("。", " "), records[6]["completion"])
    lines = [line(record) for record in (records[110], records[5], near)]
    validation = written(tmp_path / "val.jsonl", lines)
    found = judged(train, validation=[str(validation)])
    assert places(found) == {("D232", 2), ("D233", 3)}
    assert found.accepted
    assert found.records == 103
    assert all(each.finding.place.file == str(validation) for each in found.findings if each.finding.place)
    assert f"line 6 of {train} (training data)" in " ".join(each.finding.message for each in found.findings)


def test_files_of_one_side_are_compared(tmp_path: Path) -> None:
    """Several files are one set."""
    lines = [line(record) for record in good("prompt_completion")]
    written(tmp_path / "a.jsonl", lines[:60])
    written(tmp_path / "b.jsonl", [lines[3], *lines[60:]])
    found = judged(tmp_path / "*.jsonl")
    assert places(found) == {("D230", 1)}
    assert found.records == 121
    told = next(each.finding.message for each in found.findings if each.finding.code == "D230")
    assert "line 4 of" in told
    assert "a.jsonl" in told


def test_memory_does_not_grow_with_the_repeats() -> None:
    """One record over and over is kept once, and read back from disk piece by piece."""
    sightings = Sightings(in_memory=1000)
    for number in range(1, 20_001):
        sightings.add(0, number, ("同じ",), ())
    tracemalloc.start()
    found = 0
    for again in sightings.again():
        assert (again.first.line, again.copies) == (1, 20_000)
        found += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == 19_999
    assert peak < 300_000


def test_no_room_for_the_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what the room is for, and how to give it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    sightings = Sightings(in_memory=1)
    with pytest.raises(RunnerError) as told:
        sightings.add(0, 1, ("a",), ())
    assert "TMPDIR" in told.value.fix


def test_the_first_repeats_are_shown(tmp_path: Path) -> None:
    """Repeats come out in the order of their digests, not of their lines; the first lines are kept."""
    lines = [line(record) for record in good("prompt_completion", 100)]
    found = judged(written(tmp_path / "t.jsonl", [*lines, *lines]))
    shown = [each.finding.place for each in found.findings if each.finding.code == "D230"]
    assert [place.line for place in shown if place] == [101, 102, 103, 104, 105]
