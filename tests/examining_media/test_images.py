"""What a media file is, by its first bytes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import MKV, MOV, MP4, PDF, WEBM, gif, jpeg, png, segment, webp

from runner.examining.images import kind_named, kind_of, read_image

sides = st.integers(1, 16_000)
BUILT = {"png": png, "jpeg": jpeg, "gif": gif, "webp": webp}


@pytest.mark.parametrize("kind", BUILT)
@given(width=sides, height=sides)
def test_kind_and_sides_are_read(kind: str, width: int, height: int) -> None:
    """Whatever the sides, the header gives them back."""
    content = BUILT[kind](width, height)
    assert kind_of(content) == kind
    image = read_image(kind, io.BytesIO(content))
    assert (image.width, image.height, image.pixels) == (width, height, width * height)
    assert image.ratio == max(width, height) / min(width, height)


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xC9])
def test_the_frame_of_a_jpeg_may_stand_far_in(frame: int) -> None:
    """Colour profiles and thumbnails before the frame header, and every kind of frame."""
    content = jpeg(640, 480, before=segment(65_000) * 3, frame=frame)
    image = read_image("jpeg", io.BytesIO(content))
    assert (image.width, image.height) == (640, 480)


OTHERS = [
    (MP4, "mp4"),
    (MOV, "mov"),
    (bytes(4) + b"moov" + bytes(20), "mov"),
    (MKV, "mkv"),
    (WEBM, "webm"),
    (PDF, "pdf"),
    (b"\xef\xbb\xbf\n" + PDF, "pdf"),
    (b"BM" + bytes(9), "bmp"),
    (b"plain text", ""),
]


@pytest.mark.parametrize(("content", "kind"), OTHERS)
def test_other_media_are_told_apart(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@given(st.binary(max_size=200), st.sampled_from(["", *BUILT]))
def test_nothing_is_too_broken(content: bytes, start: str) -> None:
    """Any bytes, also behind a true beginning, give an answer and no error."""
    content = (BUILT[start](10, 20)[:9] if start else b"") + content
    if (kind := kind_of(content)) in BUILT:
        image = read_image(kind, io.BytesIO(content))
        assert image.width >= 0
        assert image.height >= 0


@pytest.mark.parametrize("kind", BUILT)
def test_a_header_cut_off_has_no_sides(kind: str) -> None:
    content = BUILT[kind](10, 20)
    assert read_image(kind, io.BytesIO(content[:14] if kind == "png" else content[:8])).pixels == 0


def test_names_claim_kinds() -> None:
    """One spelling for one kind."""
    claimed = [kind_named(name) for name in ("a.JPG", "b.jpeg", "c.tar.png", "d", "e.")]
    assert claimed == ["jpeg", "jpeg", "png", "", ""]


def test_photographs(shared_data: Path) -> None:
    """Real files of cameras and of the web."""
    files = sorted((shared_data / "coco" / "images").glob("*.jpg"))
    files += sorted((shared_data / "aws-examples" / "canvas-images").glob("*.jpg"))
    assert len(files) == 19
    for file in files:
        with file.open("rb") as handle:
            assert kind_of(handle.read(64)) == "jpeg"
            handle.seek(0)
            assert min(read_image("jpeg", handle).width, 900) > 300
