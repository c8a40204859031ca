"""Lines and their numbers, whatever the line ends and however the file is cut into blocks."""

from __future__ import annotations

import tempfile
from pathlib import Path

from examining.rows import good, judged, line, places, written
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.examining.lines import batches

ENDS = (b"\n", b"\r\n", b"\r")


@given(
    lines=st.lists(st.sampled_from([b"", b"a", b"bb", b'{"a": "\xe3\x81\x82"}']), max_size=12),
    data=st.data(),
)
def test_numbers_are_those_of_an_editor(lines: list[bytes], data: st.DataObject) -> None:
    """Any mixture of line ends, any blocks: every line comes once, with its number."""
    ends = [data.draw(st.sampled_from(ENDS)) for _ in lines]
    if lines and data.draw(st.booleans()):
        ends[-1] = b""
    whole = b"".join(text + end for text, end in zip(lines, ends, strict=True))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    blocks = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    found = list(batches(blocks))
    assert [text for batch in found for text in batch.lines] == whole.splitlines()
    assert b"".join(batch.whole for batch in found) == whole
    assert [batch.first for batch in found] == [
        1 + sum(len(earlier.lines) for earlier in found[:at]) for at in range(len(found))
    ]


@given(st.data())
def test_a_line_that_is_too_long_is_skipped_alone(data: st.DataObject) -> None:
    """It stands empty in its place and is marked; memory holds no more than the limit and a block."""
    before, after = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))
    end = data.draw(st.sampled_from(ENDS))
    whole = b"".join([*[b"ab" + end] * before, b"x" * 100, *[end + b"cd"] * after])
    size = data.draw(st.integers(3, 9))
    blocks = [whole[at : at + size] for at in range(0, len(whole), size)]
    found = list(batches(blocks, longest=20))
    assert [batch.first for batch in found if batch.skipped] == [before + 1]
    texts = [text for batch in found for text in batch.lines]
    assert len(texts) == before + 1 + after
    assert texts[:before] == [b"ab"] * before
    assert texts[before + 1 :] == [b"cd"] * after
    assert max(len(batch.whole) for batch in found) <= 20 + size


@settings(max_examples=40)
@given(data=st.data())
def test_findings_stand_at_the_right_line(data: st.DataObject) -> None:
    """Faults at random lines of a file with mixed line ends, some of them blank."""
    right = [line(record) for record in good("prompt_completion", 12)]
    wrong = [b"", b"{", b"7", b'{"prompt": null}', b"\x83\x41"]
    lines = [text if data.draw(st.booleans()) else data.draw(st.sampled_from(wrong)) for text in right]
    whole = b"".join(text + data.draw(st.sampled_from(ENDS)) for text in lines)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.jsonl"
        file.write_bytes(whole)
        found = judged(file, show=99)
    # CR, a blank line and LF are one CR LF: the text itself says which lines it has.
    bad = {number for number, text in enumerate(whole.splitlines(), start=1) if text not in right}
    assert {number for code, number in places(found) if number and code != "D207"} == bad


def test_line_ends_are_said_once(tmp_path: Path) -> None:
    """CR LF is a warning at its first line; CR alone is an error: readers see one line for two."""
    lines = [line(record) for record in good("prompt_completion")]
    windows = judged(written(tmp_path / "windows.jsonl", lines, b"\r\n"))
    assert places(windows) == {("D207", 1)}
    assert windows.accepted
    old = judged(written(tmp_path / "old.jsonl", lines, b"\r"))
    assert places(old) == {("D207", 1)}
    assert not old.accepted
    assert old.records == 120


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    """They are said and not counted."""
    lines = [line(record) for record in good("prompt_completion")]
    found = judged(written(tmp_path / "train.jsonl", [*lines, b"", b"  \t"]))
    assert places(found) == {("D202", 121), ("D202", 122)}
    assert found.records == 120
