"""Media files made of their headers alone, and the judging of a few records by one model's rules."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from runner.examining.rules import DataFile, Fault, Rules
from runner.model import load_model
from runner.plugins import load


def png(width: int, height: int) -> bytes:
    """A PNG's signature and header chunk."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", width, height, 8, 2, 0, 0, 0, 0)


def jpeg(width: int, height: int, *, before: bytes = b"", frame: int = 0xC0) -> bytes:
    """A JPEG up to its frame header, with `before` (whole segments) in front of it."""
    start = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    size = struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x01\x11\x00\x02\x11\x00\x03\x11\x00"
    return start + before + b"\xff" + bytes([frame]) + size


def segment(length: int) -> bytes:
    """A segment of a JPEG that says nothing, such as a colour profile; `length` bytes with its marker."""
    return b"\xff\xe2" + struct.pack(">H", length - 2) + bytes(length - 4)


def gif(width: int, height: int) -> bytes:
    """A GIF's header."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00"


def webp(width: int, height: int) -> bytes:
    """A WebP's container and its extended header."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sides


MP4 = struct.pack(">I", 24) + b"ftypisom" + bytes(12)
MOV = struct.pack(">I", 24) + b"ftypqt  " + bytes(12)
MKV = b"\x1aE\xdf\xa3\x93B\x82\x88matroska" + bytes(40)
WEBM = b"\x1aE\xdf\xa3\x93B\x82\x84webm" + bytes(40)
PDF = b"%PDF-1.7\n" + bytes(40)


def judged(
    rows: Iterable[Any],
    *,
    format: str,
    model: str,
    method: str = "fine_tuning",
    images: Path | None = None,
    teacher: str | None = None,
    file: str = "/data/train.jsonl",
) -> list[tuple[int, Fault]]:
    """Line (0 at the end) and fault of everything that a format's checker says about rows of one file."""
    known = load_model(model)
    rules = Rules(known, known.methods[method], format, images=images, teacher=teacher)
    checker = load("checks.records", format)(rules)
    checker.begin(DataFile(file, file, "train"))
    found: list[tuple[int, Fault]] = []
    for line, row in enumerate(rows, 1):
        if checker.fit(row) is None:
            checker.judge(row, lambda fault, line=line: found.append((line, fault)))
    checker.finish(lambda fault: found.append((0, fault)))
    return sorted(found, key=lambda pair: pair[0])


def codes(found: Iterable[tuple[int, Fault]]) -> list[tuple[int, str]]:
    """Line and code of each fault."""
    return [(line, fault.code) for line, fault in found]


def mp4(seconds: float, *, long: bool = False, before: bytes = b"") -> bytes:
    """An MP4's type and its movie header, with `before` (whole boxes) between them."""
    if long:
        header = struct.pack(">B3xQQIQ", 1, 0, 0, 1000, round(seconds * 1000))
    else:
        header = struct.pack(">B3xIIII", 0, 0, 0, 1000, round(seconds * 1000))
    header = struct.pack(">I4s", 8 + len(header), b"mvhd") + header
    return MP4 + before + struct.pack(">I4s", 8 + len(header), b"moov") + header


def webm(seconds: float, doctype: bytes = b"webm") -> bytes:
    """A WebM's, or Matroska's, header up to the length of the film."""
    kind = b"\x42\x82" + bytes([0x80 | len(doctype)]) + doctype
    start = b"\x1aE\xdf\xa3" + bytes([0x80 | len(kind)]) + kind
    inside = b"\x2a\xd7\xb1\x83" + (1_000_000).to_bytes(3, "big")
    inside += b"\x44\x89\x88" + struct.pack(">d", seconds * 1000)
    info = b"\x15\x49\xa9\x66" + bytes([0x80 | len(inside)]) + inside
    return start + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + info
