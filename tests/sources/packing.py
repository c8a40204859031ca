"""Writes the same records in every container, for the tests of the sources."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import zstandard

from runner.reading.shard import Shard, Unreadable, rows
from runner.reading.source import Input, SourceContext
from runner.sources.files import files

Records = Sequence[dict[str, Any]]

RECORDS: Records = [
    {"instruction": "返品はできますか。", "input": "", "output": "はい、到着から8日以内にご連絡ください。"},
    {"instruction": 'He said "now"', "input": "一行目\n二行目, 続き", "output": "It works.\r\nReally."},
    {"instruction": "空の答え", "input": " ", "output": ""},
    {"instruction": "絵文字😀と\u2028行区切り", "input": "x" * 3000, "output": "{not} [[a]] template"},
]


def jsonl(records: Records) -> bytes:
    """One object a line."""
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def json_array(records: Records) -> bytes:
    """One array."""
    return json.dumps(records, ensure_ascii=False, indent=1).encode()


def csv_text(records: Records) -> bytes:
    """A header and a row for each."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode()


def parquet(records: Records, row_group_size: int = 3) -> bytes:
    """Several row groups."""
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(records)), sink, row_group_size=row_group_size)
    return sink.getvalue()


FORMATS: dict[str, Callable[[Records], bytes]] = {
    ".jsonl": jsonl, ".ndjson": jsonl, ".json": json_array, ".csv": csv_text, ".parquet": parquet,
}  # fmt: skip

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def context(
    root: Path, *, trusted: bool = False, offline: bool = False, data_roots: tuple[Path, ...] = ()
) -> SourceContext:
    """A source of the project folder `root`."""
    return SourceContext("faq", root, data_roots, trusted, offline, root / ".runner" / "cache")


def read(root: Path, path: str | tuple[str, ...], **options: Any) -> list[dict[str, Any] | Unreadable]:
    """Every row of a `files` source."""
    return all_rows(files(context(root), path=path, **options))


def all_rows(source: Input) -> list[dict[str, Any] | Unreadable]:
    """Every row of an input; shards must be numbered without a gap."""
    shards = list(source.shards())
    assert [shard.index for shard in shards] == list(range(len(shards)))
    found: list[dict[str, Any] | Unreadable] = []
    for shard in shards:
        assert isinstance(shard, Shard)
        assert shard.first == len(found)
        found += rows(shard)
    return found
