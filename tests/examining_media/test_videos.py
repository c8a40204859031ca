"""How long a video is, by its header."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import MKV, MP4, WEBM, codes, judged, mp4, webm

from runner.examining.images import kind_of
from runner.examining.videos import VIDEOS, video_seconds

lengths = st.floats(0.01, 100_000)


def read(content: bytes) -> float | None:
    """The length that a file says it has."""
    return video_seconds(kind_of(content), io.BytesIO(content), len(content))


@given(lengths, st.booleans(), st.integers(0, 200_000))
def test_mp4(seconds: float, long: bool, media: int) -> None:
    """Both sizes of header, before or behind the film itself."""
    film = struct.pack(">I4s", 8 + media, b"mdat") + bytes(media)
    assert read(mp4(seconds, long=long, before=film)) == pytest.approx(seconds, abs=0.001)


@given(lengths, st.sampled_from([b"webm", b"matroska"]))
def test_matroska(seconds: float, doctype: bytes) -> None:
    content = webm(seconds, doctype)
    assert kind_of(content) == ("webm" if doctype == b"webm" else "mkv")
    assert read(content) == pytest.approx(seconds)


@given(st.binary(max_size=300), st.sampled_from([MP4, WEBM, MKV, mp4(5)[:30], webm(5)[:20]]))
def test_nothing_is_too_broken(content: bytes, start: bytes) -> None:
    """Any bytes behind a true beginning give a length or none, and no error."""
    for kind in VIDEOS:
        seconds = video_seconds(kind, io.BytesIO(start + content), len(start + content))
        assert seconds is None or seconds > 0


@pytest.mark.parametrize(("seconds", "expected"), [(89.9, []), (90.0, []), (90.5, ["D272"]), (0, [])])
def test_ninety_seconds(tmp_path: Path, seconds: float, expected: list[str]) -> None:
    """Nova Lite; a header that says nothing is not held against the file."""
    (tmp_path / "a.mp4").write_bytes(mp4(seconds))
    block = {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://data/a.mp4"}}}}
    turns = [{"role": "user", "content": [block]}, {"role": "assistant", "content": [{"text": "A bus."}]}]
    row = {"schemaVersion": "bedrock-conversation-2024", "messages": turns}
    faults = judged([row], format="converse", model="amazon.nova-lite-v1:0", images=tmp_path)
    assert codes(faults) == [(1, code) for code in expected]
