"""Shards: a pure function of the bytes, and the address of an input."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources.packing import COMPRESSIONS, RECORDS, all_rows, context, jsonl, read

import runner.reading.containers
from runner.errors import RunnerError
from runner.reading.containers import jsonl_pieces, without_bom
from runner.reading.shard import SHARD_BYTES, Shard, Unreadable, rows
from runner.reading.source import Input
from runner.sources.files import files

LINES = st.lists(
    st.one_of(
        st.sampled_from([b"", b" ", b"\r", b'{"a":1}', b'{"a":2}\r', b"{", b"\xff\xfe", b"[]"]),
        st.dictionaries(st.text(max_size=3), st.text(max_size=20), max_size=2).map(
            lambda row: jsonl([row])[:-1].replace(b"\\ud", b"")
        ),
    ),
    max_size=30,
)


def cut(content: bytes, sizes: list[int]) -> list[bytes]:
    """The content in blocks of these sizes, over and over."""
    blocks, start, turn = [], 0, 0
    while start < len(content):
        blocks.append(content[start : start + sizes[turn % len(sizes)]])
        start, turn = start + sizes[turn % len(sizes)], turn + 1
    return blocks


@given(LINES, st.booleans(), st.integers(1, 60), st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_pieces_are_the_file(lines: list[bytes], ended: bool, size: int, blocks: list[int]) -> None:
    """However the blocks were cut and however big pieces are: row by row they are the file's lines."""
    content = b"\n".join(lines) + (b"\n" if ended else b"")
    pieces = list(jsonl_pieces(cut(content, blocks), size=size))
    assert pieces == list(jsonl_pieces([content], size=size))
    whole = rows(Shard("s", 0, 0, content, "jsonl", "f"))
    found, position = [], 0
    for piece in pieces:
        shard = Shard("s", 0, position, piece.payload, piece.decoder, "f", piece.line)
        assert piece.count == len(rows(shard))
        assert len(piece.payload) == len(content) or piece.payload.endswith(b"\n") or piece is pieces[-1]
        found += rows(shard)
        position += piece.count
    assert found == whole


@given(st.binary(max_size=8), st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_only_a_mark_at_the_very_beginning_is_skipped(content: bytes, blocks: list[int]) -> None:
    """Also when the three bytes come one by one; the same bytes later are content."""
    marked = b"\xef\xbb\xbf" + content
    assert b"".join(without_bom(cut(marked, blocks))) == content
    if not content.startswith(b"\xef\xbb\xbf"):
        assert b"".join(without_bom(cut(content, blocks))) == content


@given(st.integers(0, 120), st.lists(st.integers(1, 50), min_size=1, max_size=3))
def test_a_line_that_is_too_long(length: int, blocks: list[int]) -> None:
    """It becomes one unreadable row wherever the blocks are cut; the lines around it stay."""
    limit = runner.reading.containers.MAX_LINE_BYTES
    try:
        runner.reading.containers.MAX_LINE_BYTES = 64
        content = b'{"a":1}\n{"b":"' + b"x" * length + b'"}\n{"c":3}'
        pieces = list(jsonl_pieces(cut(content, blocks), size=10))
        assert pieces == list(jsonl_pieces([content], size=10))
    finally:
        runner.reading.containers.MAX_LINE_BYTES = limit
    found = [
        row
        for piece in pieces
        for row in rows(Shard("s", 0, 0, piece.payload, piece.decoder, "f", piece.line))
    ]
    assert (found[0], found[-1]) == ({"a": 1}, {"c": 3})
    assert found[1] == {"b": "x" * length} or isinstance(found[1], Unreadable)
    assert isinstance(found[1], Unreadable) == (len(b'{"b":""}') + length > 65)


def test_shards_are_about_two_megabytes(tmp_path: Path) -> None:
    """A big file becomes several shards that can be pickled, the same ones from every container of lines."""
    content = jsonl([{"n": number, "text": "あ" * 500} for number in range(4000)])
    shards = {}
    for suffix, pack in COMPRESSIONS.items():
        (tmp_path / f"big.jsonl{suffix}").write_bytes(pack(content))
        found = list(files(context(tmp_path), path=f"big.jsonl{suffix}").shards())
        shards[suffix] = [shard.payload for shard in found]
        assert pickle.loads(pickle.dumps(found[0])) == found[0]
    assert shards[""] == shards[".gz"] == shards[".bz2"] == shards[".zst"]
    assert len(shards[""]) == 4
    assert all(SHARD_BYTES <= len(payload) < SHARD_BYTES * 1.01 for payload in shards[""][:-1])


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_other_containers_are_cut_too(tmp_path: Path, ending: str) -> None:
    """Their shards are bounded as well, and number their rows without a gap."""
    from sources.packing import FORMATS

    many = [{"n": str(number), "text": "あ" * 700} for number in range(4000)]
    (tmp_path / f"big{ending}").write_bytes(FORMATS[ending](many))
    source = files(context(tmp_path), path=f"big{ending}")
    assert all_rows(source) == many
    assert all(len(shard.payload) < SHARD_BYTES * 1.2 for shard in source.shards())


def address(root: Path, path: str | tuple[str, ...] = "data/*.jsonl") -> str:
    """The digest of an input."""
    return files(context(root), path=path).digest


def two_files(folder: Path) -> Path:
    """A project with two files."""
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "a.jsonl").write_bytes(jsonl(RECORDS[:2]))
    (folder / "data" / "b.jsonl").write_bytes(jsonl(RECORDS[2:]))
    return folder


def test_the_address_is_that_of_the_content(tmp_path: Path) -> None:
    """Moved, renamed above, touched: the same. One byte, the order, one file more: another."""
    one = two_files(tmp_path / "one")
    first = address(one)
    os.utime(one / "data" / "a.jsonl", (1, 1))
    assert address(one) == first
    shutil.copytree(one, tmp_path / "two")
    (tmp_path / "two" / "data").rename(tmp_path / "two" / "renamed")
    assert address(tmp_path / "two", "renamed/*.jsonl") == first
    assert address(one, "data") == first
    assert address(one, ("data/a.jsonl", "data/b.jsonl")) == first
    assert address(one, ("data/b.jsonl", "data/a.jsonl")) != first
    (one / "data" / "c.jsonl").write_bytes(b"")
    assert address(one) != first
    (one / "data" / "c.jsonl").unlink()
    changed = bytearray((one / "data" / "b.jsonl").read_bytes())
    changed[20] ^= 1
    (one / "data" / "b.jsonl").write_bytes(changed)
    assert address(one) != first


def test_patterns_and_folders(tmp_path: Path) -> None:
    """Sorted by name, `**` for any folders, hidden files left out; a name may itself hold a `*`."""
    for name in (
        "b/2.jsonl",
        "b/c/1.jsonl",
        "a.jsonl",
        ".hidden.jsonl",
        "_part/x.jsonl",
        "b/*.jsonl",
        "b/note.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(jsonl([{"name": name}]))

    def names(path: str | tuple[str, ...]) -> list[str]:
        return [row["name"] for row in read(tmp_path, path) if isinstance(row, dict)]

    assert names("**/*.jsonl") == ["a.jsonl", "b/*.jsonl", "b/2.jsonl", "b/c/1.jsonl"]
    assert names("b/?.jsonl") == ["b/*.jsonl", "b/2.jsonl"]
    assert names("b/*.jsonl") == ["b/*.jsonl"]
    assert names("*/*/1.jsonl") == ["b/c/1.jsonl"]
    assert names("_part/*.jsonl") == ["_part/x.jsonl"]
    assert names(("b/c", "a.jsonl")) == ["b/c/1.jsonl", "a.jsonl"]


@pytest.mark.parametrize(
    "path", ["none.jsonl", "data/*.csv", "none/*.jsonl", "none/**", "", "a\0b", "http://x/y", "file:///etc"]
)
def test_what_names_nothing(tmp_path: Path, path: str) -> None:
    """A sentence, never an empty data set."""
    two_files(tmp_path / "p")
    with pytest.raises(RunnerError):
        address(tmp_path / "p", path)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """The bytes read must be those that were addressed: a change in between, or during, is an error."""

    def opened() -> Input:
        return files(context(tmp_path), path="faq.jsonl")

    file = tmp_path / "faq.jsonl"
    file.write_bytes(jsonl([{"n": number, "text": "x" * 3000} for number in range(1500)]))
    before = opened()
    os.utime(file, (1, 1))
    assert len(all_rows(before)) == 1500
    before = opened()
    shards = before.shards()
    next(shards)
    with file.open("ab") as handle:
        handle.write(b'{"n": "more"}\n')
    with pytest.raises(RunnerError, match="changed while it was being read"):
        list(shards)
    with pytest.raises(RunnerError, match="changed while it was being read"):
        list(before.shards())
