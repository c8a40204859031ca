"""How long a video is, read from its header: MP4 and QuickTime, Matroska and WebM."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import BinaryIO

VIDEOS = ("mp4", "mov", "mkv", "webm")
_MOST_PARTS = 1000
"""More parts than any header has: a file made to be walked for ever is left alone."""

_SEGMENT, _INFO, _CLUSTER = 0x18538067, 0x1549A966, 0x1F43B675
_SCALE, _DURATION = 0x2AD7B1, 0x4489


def video_seconds(kind: str, handle: BinaryIO, size: int) -> float | None:
    """The video's length in seconds; None where the header does not say it."""
    try:
        seconds = _mp4(handle, size) if kind in ("mp4", "mov") else _matroska(handle, size)
    except (struct.error, OSError, OverflowError, ZeroDivisionError):
        return None
    return seconds if seconds and math.isfinite(seconds) and seconds > 0 else None


def _mp4(handle: BinaryIO, size: int) -> float | None:
    for name, start, end in _boxes(handle, 0, size):
        if name != b"moov":
            continue
        for inner, at, _ in _boxes(handle, start, end):
            if inner == b"mvhd":
                handle.seek(at)
                long = handle.read(4)[:1] == b"\x01"
                layout = ">8x8xIQ" if long else ">4x4xII"
                scale, duration = struct.unpack(layout, handle.read(struct.calcsize(layout)))
                return float(duration / scale)
        return None
    return None


def _boxes(handle: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and end of the contents of each box of ISO base media."""
    for _ in range(_MOST_PARTS):
        if start + 8 > end:
            return
        handle.seek(start)
        length, name = struct.unpack(">I4s", handle.read(8))
        header = 8
        if length == 1:
            (length,) = struct.unpack(">Q", handle.read(8))
            header = 16
        length = length or end - start
        if length < header:
            return
        yield name, start + header, min(start + length, end)
        start += length


def _matroska(handle: BinaryIO, size: int) -> float | None:
    for name, start, end in _elements(handle, 0, size):
        if name == _SEGMENT:
            for part, at, until in _elements(handle, start, end):
                if part == _INFO:
                    return _info(handle, at, until)
                if part == _CLUSTER:  # the film itself: what says its length stands before it
                    return None
    return None


def _info(handle: BinaryIO, start: int, end: int) -> float | None:
    scale, duration = 1_000_000, None
    for name, at, until in _elements(handle, start, end):
        handle.seek(at)
        value = handle.read(min(until - at, 8))
        if name == _SCALE:
            scale = int.from_bytes(value, "big")
        elif name == _DURATION:
            (duration,) = struct.unpack(">f" if len(value) == 4 else ">d", value)
    return None if duration is None else duration * scale / 1e9


def _elements(handle: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Identifier, begin and end of the contents of each element of EBML."""
    for _ in range(_MOST_PARTS):
        if start >= end:
            return
        handle.seek(start)
        head = handle.read(12)
        name, length = _number(head, keep=True)
        size, more = _number(head[length:], keep=False)
        if not length or not more:
            return
        start += length + more
        unknown = size == (1 << 7 * more) - 1
        until = end if unknown else min(start + size, end)
        yield name, start, until
        start = until


def _number(head: bytes, *, keep: bool) -> tuple[int, int]:
    """An EBML number and its length in bytes, 0 if there is none; `keep` the bit that marks the length."""
    if not head or not head[0]:
        return 0, 0
    length = 9 - head[0].bit_length()
    value = int.from_bytes(head[:length], "big")
    return (value if keep else value & ~(1 << 7 * length)), length if len(head) >= length else 0
