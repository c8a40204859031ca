"""Files on disk or on S3: JSON Lines, a JSON array, CSV or Parquet, plain or compressed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from runner.atomic import digest
from runner.errors import RunnerError
from runner.reading.containers import Container, inspect, pieces
from runner.reading.shard import Shard
from runner.reading.source import Input, SourceContext
from runner.reading.storage import StoredFile, list_inputs, open_input


def files(
    context: SourceContext,
    *,
    path: str | tuple[str, ...],
    format: Literal["auto", "jsonl", "json", "csv", "parquet"] = "auto",
) -> Input:
    """Read records from files.

    `path`: a file, a folder, a pattern (`*`, `?`, `**` for any folders), an `s3://` URI, or a list.
    `format`: how the rows are written; `auto` goes by the ending.

    A pattern's files come in the order of their names; a relative path starts at the project folder. The
    endings are `.jsonl`, `.ndjson`, `.json`, `.csv`, `.parquet`, each alone or with `.gz`, `.bz2`, `.zst`; a
    `.json` file is an array if it starts with `[`, else JSON Lines.

    Text is UTF-8; a byte order mark is skipped and noted. A line that is not UTF-8, not JSON or not an object
    is dropped as `unreadable` and the rest is kept, but a file that is cut short or damaged is an error. A
    JSON array is one document and is read whole; every other format is read piece by piece.
    """
    paths = (path,) if isinstance(path, str) else tuple(path)
    if not paths:
        raise RunnerError("`path` is an empty list", fix="name at least one file")
    found = list_inputs(paths, context.reach, cache=context.cache, offline=context.offline)
    packed = [_inspect(file, format) for file in found]
    facts = [_facts(file, container) for file, container in zip(found, packed, strict=True)]
    return Input(
        location=", ".join(paths),
        # The name is part of the address for it is part of the bytes: `unreadable` tells file and line.
        digest=digest(
            [[fact["name"], fact["sha256"], fact["format"], fact["compression"]] for fact in facts]
        ),
        facts={"files": facts},
        shards=lambda: _shards(context.label, found, packed),
    )


def _inspect(file: StoredFile, format: str) -> Container:
    with open_input(file) as handle:
        return inspect(handle, file.name, format)


def _facts(file: StoredFile, container: Container) -> dict[str, Any]:
    facts = {
        "name": file.name,
        "sha256": file.sha256,
        "bytes": file.size,
        "format": container.format,
        "compression": container.compression,
    }
    return facts | ({"byte_order_mark": True} if container.bom else {})


def _shards(label: str, found: list[StoredFile], packed: list[Container]) -> Iterator[Shard]:
    index = first = 0
    for file, container in zip(found, packed, strict=True):
        with open_input(file) as handle:
            for piece in pieces(handle, container, file.name):
                yield Shard(label, index, first, piece.payload, piece.decoder, file.name, piece.line)
                index, first = index + 1, first + piece.count
