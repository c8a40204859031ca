"""Files: the same rows come out of every container, and what is broken is told."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from sources.packing import (
    COMPRESSIONS,
    FORMATS,
    RECORDS,
    all_rows,
    context,
    csv_text,
    json_array,
    jsonl,
    parquet,
    read,
)

from runner.errors import RunnerError
from runner.reading.shard import Unreadable
from runner.sources.files import files


@pytest.mark.parametrize(("ending", "suffix"), list(itertools.product(FORMATS, COMPRESSIONS)))
def test_same_rows_whatever_the_container(tmp_path: Path, ending: str, suffix: str) -> None:
    """Five formats, plain or compressed three ways, give the same rows."""
    (tmp_path / f"faq{ending}{suffix}").write_bytes(COMPRESSIONS[suffix](FORMATS[ending](RECORDS)))
    assert read(tmp_path, f"faq{ending}{suffix}") == list(RECORDS)


def test_a_json_file_may_hold_lines(tmp_path: Path) -> None:
    """What a `.json` file is, array or JSON Lines, is seen from its first character."""
    (tmp_path / "a.json").write_bytes(b" \n " + json_array(RECORDS))
    (tmp_path / "b.json").write_bytes(jsonl(RECORDS))
    assert read(tmp_path, "a.json") == read(tmp_path, "b.json") == list(RECORDS)


@pytest.mark.parametrize(("ending", "pack"), [(".jsonl", jsonl), (".json", json_array), (".csv", csv_text)])
def test_a_byte_order_mark_is_skipped_and_noted(tmp_path: Path, ending: str, pack: Any) -> None:
    """Windows tools write one: no part of the first key or column, and the manifest says it was there."""
    (tmp_path / f"faq{ending}").write_bytes(b"\xef\xbb\xbf" + pack(RECORDS))
    source = files(context(tmp_path), path=f"faq{ending}")
    assert source.facts["files"][0]["byte_order_mark"] is True
    assert all_rows(source) == list(RECORDS)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"a":1}\r\n{"a":2}\r\n', [{"a": 1}, {"a": 2}]),
        (b'{"a":1}\n{"a":2}', [{"a": 1}, {"a": 2}]),
        (b'\n{"a":1}\n\n \t\r\n{"a":2}\n\n\n', [{"a": 1}, {"a": 2}]),
        (b"", []),
        (b"\n\n", []),
    ],
    ids=["crlf", "no last line end", "blank lines", "empty", "only blank"],
)
def test_line_ends_and_blank_lines(tmp_path: Path, content: bytes, expected: list[Any]) -> None:
    """Line ends of either kind, blank lines and a last line without an end are all normal."""
    (tmp_path / "faq.jsonl").write_bytes(content)
    assert read(tmp_path, "faq.jsonl") == expected


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"a":', "not JSON"),
        (b'{"a":"\xff"}', "not UTF-8 at byte 7"),
        ('{"a":"日本"}'.encode("cp932"), "not UTF-8"),
        (b'["a"]', "an array, not an object"),
        (b"12", "a number, not an object"),
        (b"null", "null, not an object"),
        (b'{"a":NaN}', "not JSON"),
        (b'{"a":"\\ud800"}', "not JSON"),
        (b"[" * 5000, "not JSON"),
        (b"\0\0", "not JSON"),
    ],
)
def test_a_bad_line_is_told_by_its_place(tmp_path: Path, line: bytes, why: str) -> None:
    """It stands in its place as unreadable, with file and line; the lines around it are kept."""
    (tmp_path / "faq.jsonl").write_bytes(b'{"a":1}\n\n' + line + b'\n{"a":2}\n')
    first, bad, last = read(tmp_path, "faq.jsonl")
    assert (first, last) == ({"a": 1}, {"a": 2})
    assert isinstance(bad, Unreadable)
    assert bad.place == "faq.jsonl:3"
    assert bad.why.startswith(why)


def test_a_reason_never_repeats_the_content(tmp_path: Path) -> None:
    """A line may hold a secret; why it cannot be read is said without quoting it."""
    (tmp_path / "faq.jsonl").write_bytes(b'password=hunter2\n"hunter2"\n{"hunter2":hunter2}\n')
    assert "hunter2" not in repr(read(tmp_path, "faq.jsonl"))


def test_items_of_an_array_that_are_no_objects(tmp_path: Path) -> None:
    """They are unreadable, told by their number in the array; so is one nested deeper than can be written."""
    deep = '{"a":' * 300 + "1" + "}" * 300
    (tmp_path / "faq.json").write_text(f'[{{"a":1}}, 7, {deep}, {{"a":2}}]')
    first, number, nested, last = read(tmp_path, "faq.json")
    assert (first, last) == ({"a": 1}, {"a": 2})
    assert number == Unreadable("faq.json[1]", "a number, not an object")
    assert isinstance(nested, Unreadable)
    assert nested.place == "faq.json[2]"


@pytest.mark.parametrize("content", [b'{"data": []}', b"7", b'[{"a":1}', b""])
def test_json_that_is_no_array_of_records(tmp_path: Path, content: bytes) -> None:
    """A document that was announced as an array and is none is an error, with the file's name."""
    (tmp_path / "faq.json").write_bytes(content)
    with pytest.raises(RunnerError, match=r"faq\.json"):
        read(tmp_path, "faq.json", format="json")


def test_csv_rows_that_do_not_fit(tmp_path: Path) -> None:
    """Too few, too many, not UTF-8: unreadable, at the line where it starts, quoted breaks counted."""
    (tmp_path / "faq.csv").write_bytes(b'q,a\n"1\n2",x\nonly\n1,2,3\n\xff,y\n\n"a"b,c\nq,a\n')
    first, *bad, last = read(tmp_path, "faq.csv")
    assert first == {"q": "1\n2", "a": "x"}
    assert last == {"q": "q", "a": "a"}
    assert [row.place for row in bad if isinstance(row, Unreadable)] == [
        f"faq.csv:{line}" for line in (4, 5, 6, 8)
    ]


@pytest.mark.parametrize(
    "content",
    [b'q,a\n1,2\n"open,2\n3,4\n', b"q,q\n1,2\n", b"\xff,a\n1,2\n", b'"q\n'],
    ids=["quote never closed", "same column twice", "header not UTF-8", "header never closed"],
)
def test_csv_that_cannot_be_trusted(tmp_path: Path, content: bytes) -> None:
    """Where the rest of a file would be lost or misread, the file is refused."""
    (tmp_path / "faq.csv").write_bytes(content)
    with pytest.raises(RunnerError, match=r"faq\.csv"):
        read(tmp_path, "faq.csv")


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".zst"])
@pytest.mark.parametrize("keep", [0, 1, 9, 200, -1])
def test_a_compressed_file_cut_short_is_an_error(tmp_path: Path, suffix: str, keep: int) -> None:
    """Never half of the data: the error names the file, the position and what to do."""
    whole = COMPRESSIONS[suffix](jsonl(RECORDS * 50))
    (tmp_path / f"faq.jsonl{suffix}").write_bytes(whole[:keep])
    with pytest.raises(RunnerError, match=rf"faq\.jsonl\{suffix}") as caught:
        read(tmp_path, f"faq.jsonl{suffix}")
    assert caught.value.fix


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".zst"])
def test_streams_one_after_the_other(tmp_path: Path, suffix: str) -> None:
    """Several streams are one file; damage in the second is not the end of the file."""
    pack = COMPRESSIONS[suffix]
    two = pack(jsonl(RECORDS)) + pack(jsonl(RECORDS))
    (tmp_path / f"two.jsonl{suffix}").write_bytes(two)
    assert read(tmp_path, f"two.jsonl{suffix}") == [*RECORDS, *RECORDS]
    (tmp_path / f"bad.jsonl{suffix}").write_bytes(pack(jsonl(RECORDS)) + b"garbage that is no stream")
    with pytest.raises(RunnerError, match="damaged"):
        read(tmp_path, f"bad.jsonl{suffix}")


@pytest.mark.parametrize(
    ("ending", "content"), [(".gz", jsonl(RECORDS)), ("", gzip.compress(jsonl(RECORDS)))]
)
def test_the_ending_must_tell_the_compression(tmp_path: Path, ending: str, content: bytes) -> None:
    """A name that says gzip on a plain file, or nothing on a gzip file, is an error and not a guess."""
    (tmp_path / f"faq.jsonl{ending}").write_bytes(content)
    with pytest.raises(RunnerError, match="but its name says"):
        read(tmp_path, f"faq.jsonl{ending}")


def test_an_exploding_file_stays_small_in_memory(tmp_path: Path) -> None:
    """A few kB that unpack to 300 MB without a line end: one unreadable row, read block by block."""
    import tracemalloc

    import zstandard

    (tmp_path / "faq.jsonl.zst").write_bytes(
        zstandard.compress(b'{"a":1}\n')
        + zstandard.compress(b"0" * (300 << 20))
        + zstandard.compress(b'\n{"a":2}')
    )
    source = files(context(tmp_path), path="faq.jsonl.zst")
    tracemalloc.start()
    try:
        found = all_rows(source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == [{"a": 1}, Unreadable("faq.jsonl.zst:2", "a line of more than 64 MiB"), {"a": 2}]
    assert peak < 300 << 20


def test_parquet_values_become_json_values(tmp_path: Path) -> None:
    """Dates and decimals are text, NaN is null, lists and structures stay."""
    import datetime
    import decimal

    row = {
        "day": datetime.date(2026, 11, 21),
        "price": decimal.Decimal("1.50"),
        "score": float("nan"),
        "tags": ["a", None],
        "inner": {"when": datetime.datetime(2026, 1, 2, 3, 4)},
        "raw": "猫".encode(),
    }
    (tmp_path / "faq.parquet").write_bytes(parquet([row]))
    assert read(tmp_path, "faq.parquet") == [
        {
            "day": "2026-11-21",
            "price": "1.50",
            "score": None,
            "tags": ["a", None],
            "inner": {"when": "2026-01-02T03:04:00"},
            "raw": "猫",
        }
    ]


@pytest.mark.parametrize("content", [b"PAR1 no parquet PAR1", b"", parquet(RECORDS)[:-20]])
def test_a_file_that_is_no_parquet(tmp_path: Path, content: bytes) -> None:
    """Damage is an error that names the file, not a traceback."""
    (tmp_path / "faq.parquet").write_bytes(content)
    with pytest.raises(RunnerError, match=r"faq\.parquet"):
        read(tmp_path, "faq.parquet")


def test_a_name_without_a_known_ending(tmp_path: Path) -> None:
    """The format is not guessed; `format` says it."""
    (tmp_path / "faq.txt").write_bytes(jsonl(RECORDS))
    with pytest.raises(RunnerError, match="no ending that tells its format"):
        read(tmp_path, "faq.txt")
    assert read(tmp_path, "faq.txt", format="jsonl") == list(RECORDS)


def test_dolly_is_read_whole(shared_data: Path) -> None:
    """All 15,015 real records are read, with the categories the data's README counts."""
    from collections import Counter

    found = read(shared_data, "dolly-ja/databricks-dolly-15k-ja.jsonl.gz")
    counts = Counter(row["category"] for row in found if isinstance(row, dict))
    assert len(found) == sum(counts.values()) == 15_015
    assert (counts["open_qa"], counts["creative_writing"]) == (3611, 711)


def test_the_published_shape_is_read(shared_data: Path) -> None:
    """The published file is one JSON array."""
    sample = shared_data / "dolly-ja" / "sample-200.json"
    assert read(shared_data, "dolly-ja/sample-200.json") == json.loads(sample.read_bytes())


def test_half_of_a_surrogate_pair_in_an_array_drops_its_item_only(tmp_path: Path) -> None:
    """UTF-8 cannot hold it; numbers and everything else are read as in any other array."""
    items = [
        '{"q": "\\ud83d\\ude00", "n": 1e2}',
        '{"q": "\\ud800"}',
        '{"\\udc00": 1}',
        '{"n": 12345678901234567890123}',
    ]
    items.insert(3, '{"q": "\ud800"}')  # the half itself, as bytes that are no UTF-8
    (tmp_path / "a.json").write_bytes(f"[{', '.join(items)}]".encode("utf-8", "surrogatepass"))
    first, *torn, last = read(tmp_path, "a.json")
    assert (first, last) == ({"q": "😀", "n": 100.0}, {"n": 1.2345678901234568e22})
    assert [row.place for row in torn if isinstance(row, Unreadable)] == [f"a.json[{n}]" for n in (1, 2, 3)]


@pytest.mark.parametrize("more", ["NaN", '{"a": 1', "\x00"])
def test_an_array_with_other_faults_beside_the_surrogate_is_refused(tmp_path: Path, more: str) -> None:
    """What is no JSON does not become JSON because another item holds half of a pair."""
    (tmp_path / "a.json").write_text(f'[{{"q": "\\ud800"}}, {more}]', encoding="utf-8")
    with pytest.raises(RunnerError, match="the JSON array cannot be read"):
        read(tmp_path, "a.json")


def test_a_text_in_parquet_that_is_not_utf_8_drops_its_row_only(tmp_path: Path) -> None:
    """Arrow takes the bytes on trust; the rows before and after are read."""
    import pyarrow
    import pyarrow.parquet

    texts = pyarrow.array([b"one", b"\xed\xa0\x80", b"three", b"\xff"], pyarrow.binary())
    column = pyarrow.Array.from_buffers(pyarrow.string(), len(texts), texts.buffers())
    pyarrow.parquet.write_table(pyarrow.table({"q": column}), tmp_path / "a.parquet")
    wrong = Unreadable("a.parquet", "not UTF-8")
    assert read(tmp_path, "a.parquet") == [{"q": "one"}, wrong, {"q": "three"}, wrong]
