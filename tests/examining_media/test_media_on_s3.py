"""Images that are looked at where they lie: S3 on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pictures import codes, jpeg, judged, png, segment

from runner.examine import examine

pytest.importorskip("moto", reason="needs the extra `simulator`")
from moto.server import ThreadedMotoServer

GENERATOR = "amazon.titan-image-generator-v2:0"
MANIFEST = "s3://pictures/train.jsonl"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A simulated S3."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def s3(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A client of it, with an empty bucket; the environment leads there."""
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
        "https_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    settings = {
        "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "dummy", "AWS_SECRET_ACCESS_KEY": "dummy",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    from runner.aws import connection

    client = connection.client("s3")
    client.create_bucket(Bucket="pictures")
    return client


def found(keys: list[str]) -> list[tuple[int, str]]:
    """Line and code of what is wrong with a manifest that lies on S3, too."""
    rows = [{"image-ref": f"s3://pictures/{key}", "caption": "a red bus"} for key in keys]
    return codes(judged(rows, format="image_caption", model=GENERATOR, file=MANIFEST))


def test_images_are_looked_at_on_s3(s3: Any) -> None:
    """Good ones, small ones, missing and empty ones, each at its line."""
    s3.put_object(Bucket="pictures", Key="good.png", Body=png(600, 600))
    s3.put_object(Bucket="pictures", Key="small.png", Body=png(60, 60))
    s3.put_object(Bucket="pictures", Key="empty.png", Body=b"")
    expected = [(2, "D258"), (3, "D253"), (4, "D254"), (6, "D258")]
    assert found(["good.png", "small.png", "gone.png", "empty.png", "good.png", "small.png"]) == expected


def test_a_frame_header_beyond_the_first_piece_is_found(s3: Any) -> None:
    """A large colour profile pushes the sides out of the first 64 KiB; the picture itself is never read."""
    body = jpeg(640, 700, before=segment(65_000) * 2) + bytes(3_000_000)
    s3.put_object(Bucket="pictures", Key="profile.jpg", Body=body)
    assert found(["profile.jpg"]) == []


def test_only_headers_are_fetched(s3: Any) -> None:
    """Of an image of 8 MB a few ranges are read."""
    from runner.examining.images import read_image
    from runner.examining.media_places import Bucket
    from runner.examining.s3_uri import S3Uri

    body = jpeg(640, 700, before=segment(65_000) * 2) + bytes(8_000_000)
    s3.put_object(Bucket="pictures", Key="large.jpg", Body=body)
    ranges: list[tuple[int, int]] = []

    def remember(request: Any, **_: Any) -> None:
        first, _, last = request.headers["Range"].decode().removeprefix("bytes=").partition("-")
        ranges.append((int(first), int(last)))

    s3.meta.events.register("before-send.s3.GetObject", remember)
    with Bucket(s3).open(S3Uri("pictures", "large.jpg")) as (handle, size):
        image = read_image("jpeg", handle)
    assert (size, image.width, image.height) == (len(body), 640, 700)
    assert sum(last - first + 1 for first, last in ranges) < 400_000


def test_many_images_in_batches(s3: Any) -> None:
    """More than one batch; the findings keep their lines."""
    for number in range(30):
        s3.put_object(Bucket="pictures", Key=f"{number}.png", Body=png(600 if number % 3 else 60, 600))
    keys = [f"{number % 30}.png" for number in range(600)]
    assert sorted(found(keys)) == [
        (line, code) for line in range(1, 601) if not (line - 1) % 30 % 3 for code in ("D258", "D260")
    ]


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there() -> None:
    rows = [{"image-ref": "s3://no-such-bucket/a.png", "caption": "a red bus"}]
    faults = judged(rows, format="image_caption", model=GENERATOR, file=MANIFEST)
    assert codes(faults) == [(1, "D253")]


def test_a_dataset_and_its_images_on_s3(s3: Any) -> None:
    """`runner validate --data s3://…`: the manifest and what it names, with the bucket known."""
    s3.put_object(Bucket="pictures", Key="a.png", Body=png(40, 40))
    names = ["s3://pictures/a.png", "s3://elsewhere/a.png", "s3://pictures/gone.png"]
    rows = []
    for number, name in enumerate(names * 4):
        block = {"image": {"format": "png", "source": {"s3Location": {"uri": name}}}}
        turns = [
            {"role": "user", "content": [{"text": f"What is number {number}?"}, block]},
            {"role": "assistant", "content": [{"text": f"Bus {number}."}]},
        ]
        rows.append({"schemaVersion": "bedrock-conversation-2024", "messages": turns})
    body = "".join(json.dumps(row) + "\n" for row in rows).encode()
    s3.put_object(Bucket="pictures", Key="train.jsonl", Body=body)
    result = examine([MANIFEST], "amazon.nova-lite-v1:0", "fine_tuning", show=20)
    lines: dict[str, list[int]] = {}
    for found in result.findings:
        assert found.finding.place is not None
        assert found.finding.place.file == MANIFEST
        if found.finding.severity != "advice":  # how many records are recommended
            lines.setdefault(found.finding.code, []).append(found.finding.place.line)
    assert lines == {"D252": [2, 5, 8, 11], "D253": [2, 3, 5, 6, 8, 9, 11, 12]}
