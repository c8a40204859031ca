"""Compressed files as a stream of blocks: gzip, bzip2, Zstandard; damage and a missing end are errors.

The standard readers stop quietly at some kinds of damage (a broken second bzip2 stream, a Zstandard frame cut
short), which would train on half of the data. Here every stream must end where its format says.
"""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from runner.errors import RunnerError

SUFFIXES = {".gz": "gzip", ".bz2": "bzip2", ".zst": "zstd"}
BLOCK_BYTES = 1 << 20

_MAGIC = {"gzip": b"\x1f\x8b", "bzip2": b"BZh", "zstd": b"\x28\xb5\x2f\xfd"}
# What is handed to a decompressor at once bounds what it can return at once: at most about 130 MB, for a
# Zstandard or bzip2 stream made to explode (real data: a few times the input).
_FEED = {"gzip": 1 << 16, "bzip2": 1 << 12, "zstd": 1 << 12}


def suffix_compression(name: str) -> tuple[str, str | None]:
    """The name without its compression suffix, and the compression that the suffix stands for."""
    for suffix, compression in SUFFIXES.items():
        if name.lower().endswith(suffix):
            return name[: -len(suffix)], compression
    return name, None


def found_compression(head: bytes) -> str | None:
    """The compression that the first bytes show."""
    if head.startswith(_MAGIC["bzip2"]):
        # `BZh` alone could begin the header of a CSV file.
        return "bzip2" if head[3:4].isdigit() and head[4:10] in {b"1AY&SY", b"\x17rE8P\x90"} else None
    return next((name for name, magic in _MAGIC.items() if head.startswith(magic)), None)


def blocks(handle: BinaryIO, compression: str | None, name: str) -> Iterator[bytes]:
    """The unpacked content, block by block. Errors: `RunnerError` at damage or a missing end."""
    if compression is None:
        while block := handle.read(BLOCK_BYTES):
            yield block
    else:
        yield from _unpacked(handle, compression, name)


def _unpacked(handle: BinaryIO, compression: str, name: str) -> Iterator[bytes]:
    new, wrong = _codec(compression)
    codec, position, streams = None, 0, 0
    while data := handle.read(_FEED[compression]):
        position += len(data)
        while data:
            if codec is None:
                if streams and compression == "gzip" and not (data := data.lstrip(b"\0")):
                    break  # gzip allows zero bytes as padding behind a stream
                codec = new()
            try:
                block = codec.decompress(data)
            except wrong as error:
                raise RunnerError(
                    f"{name} is damaged: its {compression} data breaks near byte {position} ({error})",
                    fix="copy or download the file again, and compare its checksum",
                ) from None
            if block:
                yield block
            data = b""
            if codec.eof:
                data, codec, streams = codec.unused_data, None, streams + 1
    if codec is not None or not streams:
        raise RunnerError(
            f"{name} is cut short: its {compression} data has no end after byte {position}",
            fix="copy or download the file again, and compare its size",
        )


def _codec(compression: str) -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    """What makes a new decompressor of one stream, and the errors it raises at damage."""
    if compression == "gzip":
        return (lambda: zlib.decompressobj(wbits=31)), (zlib.error,)
    if compression == "bzip2":
        return bz2.BZ2Decompressor, (OSError, ValueError)
    import zstandard

    return (lambda: zstandard.ZstdDecompressor().decompressobj()), (zstandard.ZstdError,)
