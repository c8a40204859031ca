"""Arrow tables as shards: Parquet files and batches of `datasets`. The home of pyarrow."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from runner.errors import RunnerError
from runner.reading.compression import blocks
from runner.reading.containers import Piece
from runner.reading.shard import SHARD_BYTES

_MAX_UNPACKED = 8 << 30


def parquet_pieces(handle: BinaryIO, compression: str | None, name: str) -> Iterator[Piece]:
    """Slices of row groups of about 2 MB; the slices depend on nothing but the file."""
    pyarrow, parquet = _pyarrow()
    with tempfile.TemporaryFile() as unpacked:
        try:
            file = parquet.ParquetFile(
                handle if compression is None else _unpack(handle, unpacked, compression, name)
            )
            for group in range(file.num_row_groups):
                yield from _group_pieces(file, group)
        except (pyarrow.ArrowException, OSError) as error:
            raise RunnerError(
                f"{name} cannot be read as Parquet: {str(error).splitlines()[0]}",
                fix="copy or write the file again, and check that it is Parquet",
            ) from None


def table_pieces(batch: Any) -> Iterator[Piece]:
    """Slices of about 2 MB of a record batch or table."""
    each = max(1, batch.num_rows * SHARD_BYTES // max(batch.nbytes, 1))
    for start in range(0, batch.num_rows, each):
        part = batch.slice(start, each)
        yield Piece(_ipc(part), "arrow", part.num_rows)


def arrow_rows(payload: bytes) -> Iterator[dict[str, Any] | None]:
    """The rows of an Arrow stream, every value one that JSON knows; None where a text is not UTF-8."""
    pyarrow, _ = _pyarrow()
    with pyarrow.ipc.open_stream(payload) as stream:
        plain = all(_is_plain(field.type) for field in stream.schema)
        for batch in stream:
            for row in _rows(batch):
                yield row if plain or row is None else {key: _plain(value) for key, value in row.items()}


def _rows(batch: Any) -> list[dict[str, Any] | None]:
    """Arrow takes the bytes of a text on trust, Python does not: a bad row must not take the others along."""
    try:
        return batch.to_pylist()  # type: ignore[no-any-return]
    except UnicodeDecodeError:
        if batch.num_rows == 1:
            return [None]
        half = batch.num_rows // 2
        return [*_rows(batch.slice(0, half)), *_rows(batch.slice(half))]


def _group_pieces(file: Any, group: int) -> Iterator[Piece]:
    meta = file.metadata.row_group(group)
    each = max(1, meta.num_rows * SHARD_BYTES // max(meta.total_byte_size, 1))
    for batch in file.iter_batches(
        batch_size=min(each, max(meta.num_rows, 1)), row_groups=[group], use_threads=False
    ):
        if batch.num_rows:
            yield Piece(_ipc(batch), "arrow", batch.num_rows)


def _ipc(part: Any) -> bytes:
    pyarrow, _ = _pyarrow()
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, part.schema) as stream:
        stream.write(part)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unpack(handle: BinaryIO, target: BinaryIO, compression: str, name: str) -> BinaryIO:
    """A Parquet file is read from its end, so a compressed one is unpacked beside first."""
    size = 0
    for block in blocks(handle, compression, name):
        size += target.write(block)
        if size > _MAX_UNPACKED:
            raise RunnerError(
                f"{name} unpacks to more than {_MAX_UNPACKED >> 30} GiB", fix="store it uncompressed"
            )
    target.seek(0)
    return target


def _is_plain(kind: Any) -> bool:
    """Whether the type's Python values are JSON values as they are."""
    pyarrow, _ = _pyarrow()
    types = pyarrow.types
    if types.is_list(kind) or types.is_large_list(kind):
        return _is_plain(kind.value_type)
    if types.is_struct(kind):
        return all(_is_plain(field.type) for field in kind)
    if types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    tests: tuple[Callable[[Any], bool], ...] = (
        types.is_string, types.is_large_string, types.is_integer, types.is_boolean, types.is_null,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _plain(value: Any) -> Any:
    """Dates and decimals as text, bytes as UTF-8 text, NaN and infinity as null."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise RunnerError(
            "Parquet and Arrow data need pyarrow, which is not installed",
            fix="pip install 'bedrock-recipe-runner[hub]'",
        ) from None
    return pyarrow, pyarrow.parquet
