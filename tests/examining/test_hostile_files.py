"""No file breaks the examination: it ends with findings, never with an exception."""

from __future__ import annotations

import json
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from examining.rows import good, judged, line, places, written
from examining.test_fast_path import CASES, changed, odd
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import RunnerError
from runner.examine import examine
from runner.reading.compression import found_compression

DEEP = 990


@pytest.mark.parametrize(("format", "model", "method"), CASES)
@settings(max_examples=30)
@given(data=st.data())
def test_any_bytes(format: str, model: str, method: str, data: st.DataObject) -> None:
    """Bytes, odd values and half-right records, in any mixture."""
    rows = st.binary(max_size=30) | (changed(format) | odd).map(lambda row: json.dumps(row).encode())
    content = b"\n".join(data.draw(st.lists(rows, max_size=5)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.jsonl"
        file.write_bytes(content)
        try:
            found = examine([str(file)], model, method, show=99)
        except RunnerError:  # the bytes happen to begin like a compressed file
            assert found_compression(content[:16])
            return
    severities = [each.finding.severity for each in found.findings]
    assert found.errors == severities.count("error")
    assert found.warnings == severities.count("warning")
    assert {each.count for each in found.findings} <= set(range(1, 100))


@pytest.mark.parametrize(
    "deep",
    [
        '{"prompt": ' + "[" * DEEP + "]" * DEEP + ', "completion": "a"}',
        '{"prompt": "a", "prompt": ' + '{"a":' * DEEP + "1" + "}" * DEEP + ', "completion": "a"}',
        '{"prompt": ' + "[" * DEEP + "NaN" + "]" * DEEP + ', "completion": "a"}',
        '{"prompt": ' + "[" * 5000 + "]" * 5000 + "}",
        "[" * 200_000,
    ],
)
def test_deep_nesting(deep: str, tmp_path: Path) -> None:
    """Nested as deep as the parser goes, and deeper: a finding on that line."""
    lines = [line(record) for record in good("prompt_completion")]
    found = judged(written(tmp_path / "t.jsonl", [*lines, deep.encode()]))
    assert {number for _, number in places(found)} == {121}
    turns = {"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": "HERE"}]}
    nested = json.dumps(turns).replace('"HERE"', "[" * DEEP + "{}" + "]" * DEEP)
    lines = [line(record) for record in good("converse")]
    found = judged(written(tmp_path / "c.jsonl", [*lines, nested.encode()]), "converse")
    assert 121 in {number for _, number in places(found)}


def test_a_rule_broken_on_every_line_is_counted_and_not_kept(tmp_path: Path) -> None:
    """What is found is counted to the last; what is kept does not grow with the file."""
    rows: list[dict[str, Any]] = [{**record, "memo": 1} for record in good("prompt_completion", 3000)]
    found = judged(written(tmp_path / "t.jsonl", [line(record) for record in rows]))
    assert [each.count for each in found.findings if each.finding.code == "D213"] == [3000] * 5
    assert found.warnings == 3001


def test_keys_and_values_of_megabytes_are_cut_in_messages(tmp_path: Path) -> None:
    """What is cited of a record stays short enough to be read."""
    big = "あ" * 1_000_000
    rows = good("converse")
    rows[3]["messages"][0]["role"] = big
    rows[4]["schemaVersion"] = big
    rows[5][big] = 1
    found = judged(written(tmp_path / "t.jsonl", [line(record) for record in rows]), "converse")
    assert {("D217", 4), ("D216", 5), ("D213", 6)} <= places(found)
    shown = [each.finding for each in found.findings]
    assert max(len(finding.message + finding.path + finding.fix) for finding in shown) < 4000


def test_a_line_of_thirty_thousand_blocks(tmp_path: Path) -> None:
    """Each block is looked at once, not once for each of the others: this would take minutes."""
    block: dict[str, Any] = {"reasoningContent": {"reasoningText": {"text": "うん"}}}
    row = good("converse", 1)[0]
    row["messages"][1]["content"] = [*[block] * 30_000, {"text": "はい。"}]
    file = written(tmp_path / "t.jsonl", [line(row)])
    found = examine([str(file)], "amazon.nova-2-lite-v1:0", "fine_tuning")
    assert {number for _, number in places(found)} == {0}


def test_long_lines_with_a_fault_take_little_memory(tmp_path: Path) -> None:
    """A word that is no JSON behind a long text, and a long line in another encoding."""
    text = "x" * 3_000_000
    lines = [
        f'{{"prompt": "{text}", "completion": NaN}}'.encode(),
        b'{"prompt": "' + ("日本語" * 500_000).encode("cp932") + b'"}',
    ]
    file = written(tmp_path / "t.jsonl", lines)
    tracemalloc.start()
    found = judged(file, structure_only=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {("D208", 1), ("D205", 2)} <= places(found)
    assert (
        next(each for each in found.findings if each.finding.code == "D208").finding.place.column > 3_000_000
    )
    assert "Shift-JIS" in " ".join(each.finding.message for each in found.findings)
    assert peak < 100_000_000
