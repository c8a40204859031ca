"""What a media file is by its first bytes: its kind by magic numbers, an image's sides by its header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

HEAD = 64
"""So many bytes tell every kind below."""

IMAGES = ("png", "jpeg", "gif", "webp")
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"<svg", "svg"),
    (b"<?xml", "xml"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
)
_OLD_FILMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""How QuickTime files begin that are older than brands."""
_PICTURE_BRANDS = {b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"avif": "avif", b"avis": "avif"}
_SPELLINGS = {"jpg": "jpeg", "tif": "tiff", "heif": "heic"}


@dataclass(frozen=True, slots=True)
class Image:
    """An image's kind and its sides in pixels; both sides are 0 where the header cannot be read."""

    kind: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def ratio(self) -> float:
        """The long side divided by the short side."""
        short, long = sorted((self.width, self.height))
        return long / short if short else 0.0


def kind_of(head: bytes) -> str:
    """`png`, `jpeg`, `gif`, `webp`, `pdf`, `mp4`, `mov`, `mkv`, `webm`, …; empty if the bytes say nothing."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":  # ISO base media: the brand tells a picture from a film
        brand = head[8:12]
        return _PICTURE_BRANDS.get(brand, "mov" if brand == b"qt  " else "mp4")
    if head[4:8] in _OLD_FILMS:
        return "mov"
    if head.startswith(b"\x1aE\xdf\xa3"):  # Matroska; webm is the same container with another name in it
        return "webm" if b"webm" in head else "mkv"
    return "pdf" if b"%PDF-" in head else ""  # readers take a PDF with something in front of it


def kind_named(name: str) -> str:
    """The kind that a file name's ending or a `format` claims, in one spelling; empty without an ending."""
    _, dot, ending = name.rpartition(".")
    ending = (ending if dot else "").lower()
    return _SPELLINGS.get(ending, ending)


def spelled(kind: str) -> str:
    """A `format` in one spelling: `jpg` is `jpeg`."""
    return _SPELLINGS.get(kind.lower(), kind.lower())


def read_image(kind: str, handle: BinaryIO) -> Image:
    """The image's sides, from as few bytes as its format needs."""
    import imagesize

    try:
        # Turned or not makes no difference to any limit, and looking for it would read on.
        width, height = imagesize.get(handle, exif_rotation=False)
    except (ValueError, OSError, OverflowError):
        width = height = 0
    return Image(kind, max(width, 0), max(height, 0))
