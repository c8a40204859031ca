"""Nineteen defects that public validators let pass: each is found, with its line, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from examining.rows import MODELS, Row, good, judged, line, pairs, places, row, written

BOM = b"\xef\xbb\xbf"
NANSENSE = float("nan")
LINE_LEVEL = (
    "UTF-8 BOM",
    "broken JSON",
    "blank line",
    "record of another format",
    "assistant first",
    "whitespace-only answer",
    "null answer",
    "number as answer",
    "reserved word in text",
    "66,000-character Japanese answer",
    "one duplicate",
    "one Shift-JIS line",
    "NaN value",
    "unknown key",
    "same key twice in one object",
)
WHOLE_FILE = ("120 identical rows", "too few rows (5)", "too many rows (20,001)", "JSON array file")


def planted(format: str) -> tuple[list[bytes], dict[str, tuple[str, int]]]:
    """120 rows with every defect of a line that the format can have, and the code and line of each."""
    lines = [line(record) for record in good(format)]
    where: dict[str, tuple[str, int]] = {}

    def plant(name: str, code: str, number: int, content: bytes) -> None:
        lines[number - 1] = content
        where[name] = (code, number)

    question, answer = "配送は何日かかりますか。", "通常は三日ほどでお届けします。"
    other = "anthropic_messages" if format != "anthropic_messages" else "converse"
    plant("UTF-8 BOM", "D204", 1, BOM + lines[0])
    plant("broken JSON", "D201", 10, lines[9][:-1])
    plant("blank line", "D202", 15, b"")
    plant("record of another format", "D211", 20, line(row(other, question, answer)))
    plant("whitespace-only answer", "D215", 30, line(row(format, question, "　 \u200b")))
    plant("null answer", "D215", 35, line(row(format, question, None)))
    plant("number as answer", "D214", 40, line(row(format, question, 3)))
    plant("66,000-character Japanese answer", "D221", 50, line(row(format, question, "漢字と仮名" * 13_200)))
    plant("one duplicate", "D230", 55, lines[51])
    plant("one Shift-JIS line", "D205", 60, lines[59].decode().encode("cp932"))
    plant("unknown key", "D213", 70, line({**good(format)[69], "memo": "確認済み"}))
    plant("NaN value", "D208", 65, line({**good(format)[64], "memo": NANSENSE}))
    plant("same key twice in one object", "D209", 75, twice(good(format)[74]))
    if format != "prompt_completion":
        turns = {"messages": good(format)[79]["messages"][::-1]}
        plant("assistant first", "D217", 80, line({**good(format)[79], **turns}))
        word = "\nHuman: " if format == "anthropic_messages" else "USER: "
        plant("reserved word in text", "D220", 85, line(row(format, f"{word}{question}", answer)))
    return lines, where


def twice(record: Row) -> bytes:
    """The record with its last key written twice; the later value is a good one."""
    *_, last = record
    empty = json.dumps([] if isinstance(record[last], list) else "別の答え", ensure_ascii=False)
    return line(record).replace(f'"{last}": '.encode(), f'"{last}": {empty}, "{last}": '.encode(), 1)


@pytest.mark.parametrize("format", MODELS)
def test_all_defects_of_lines_are_found_in_one_pass(format: str, tmp_path: Path) -> None:
    """Each with its line; what else is said comes from the planted lines, too."""
    lines, where = planted(format)
    found = places(judged(written(tmp_path / "train.jsonl", lines), format, show=1000))
    assert set(where.values()) <= found
    assert {number for _, number in found} == {number for _, number in where.values()}
    assert len(where) == {"prompt_completion": 13}.get(format, 15)


@pytest.mark.parametrize("format", MODELS)
@pytest.mark.parametrize("name", LINE_LEVEL)
def test_each_defect_alone(format: str, name: str, tmp_path: Path) -> None:
    """One defect gives its own finding and no other, but for NaN, which is an unknown key besides."""
    lines, where = planted(format)
    if name not in where:
        pytest.skip("the format cannot have it")
    code, number = where[name]
    alone = [line(record) for record in good(format)]
    alone[number - 1] = lines[number - 1]
    found = places(judged(written(tmp_path / "train.jsonl", alone), format))
    also = {("D213", number)} if name == "NaN value" else set()
    also |= {("D217", number)} if name == "assistant first" else set()
    also |= {("D223", number)} if name.startswith("66,000") and format == "anthropic_messages" else set()
    assert (code, number) in found
    assert found <= {(code, number)} | also


@pytest.mark.parametrize("format", MODELS)
def test_defects_of_whole_files(format: str, tmp_path: Path) -> None:
    """The same row all over, too few, too many, and a JSON array."""
    file = tmp_path / "train.jsonl"
    same = judged(written(file, [line(row(format, *pairs()[0]))] * 120), format)
    assert {("D230", 2), ("D234", 0)} <= places(same)
    assert {found.count for found in same.findings if found.finding.code == "D230"} == {119}
    few = judged(written(file, [line(record) for record in good(format, 5)]), format)
    assert {code for code, _ in places(few)} & {"D225", "D227"}
    assert not few.accepted
    many = judged(written(file, [line(record) for record in good(format, 20_001)]), format)
    assert ("D225", 0) in places(many)
    assert not many.accepted
    file.write_text(json.dumps(good(format), ensure_ascii=False), encoding="utf-8")
    assert ("D203", 1) in places(judged(file, format))
    file.write_text(json.dumps(good(format), ensure_ascii=False, indent=1), encoding="utf-8")
    assert ("D203", 1) in places(judged(file, format))


@pytest.mark.parametrize("format", MODELS)
def test_good_rows_are_accepted(format: str, tmp_path: Path) -> None:
    """The rows that the defects are planted in have none."""
    found = judged(written(tmp_path / "train.jsonl", [line(record) for record in good(format)]), format)
    assert found.accepted
    assert not places(found)


def test_nineteen() -> None:
    """The list is the measured one, whole."""
    assert len({*LINE_LEVEL, *WHOLE_FILE}) == 19


@pytest.mark.parametrize(
    ("sample", "model", "options"),
    [
        ("claude-messages-tooluse-test120.jsonl", "anthropic.claude-3-haiku-20240307-v1:0:200k", {}),
        ("nova-converse-tooluse-test120.jsonl.gz", "amazon.nova-micro-v1:0:128k", {}),
        ("nova-converse-tooluse-test120.jsonl.gz", "nova-pro", {"split": "validation"}),
        ("distillation-promptcompletion-first20.jsonl", "amazon.titan-text-express-v1:0:8k", {}),
    ],
)
def test_samples_of_aws_are_accepted(
    shared_data: Path, sample: str, model: str, options: dict[str, Any]
) -> None:
    """What AWS gives as an example has no error; a cut sample may be too small where a minimum is known."""
    from runner.examine import examine

    found = examine([str(shared_data / "aws-examples" / sample)], model, "fine_tuning", **options)
    assert [each.finding for each in found.findings if each.finding.severity == "error"] == []
    assert found.records in {20, 120}
