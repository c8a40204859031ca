"""Uploads to a real S3 server over a line that fails, by processes that are killed: every byte arrives, once.

SeaweedFS verifies signatures and checksums, keeps to conditional writes, and refuses parts under 5 MiB as S3
does.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("boto3", reason="AWS needs the extra `aws`")

from bedrock_s3.fault_proxy import COMPLETE, PUT_OBJECT, UPLOAD_PART, Proxy, Rule, proxied
from ledger import seaweed

from runner.aws.connection import Connection
from runner.bedrock import cloud
from runner.bedrock.parts import PART_BYTES
from runner.bedrock.places import Place, data_place
from runner.bedrock.upload import Vault, upload
from runner.errors import RunnerError

BUCKET = "training"
SMALL = 1000
PARTS = 3
LARGE = PART_BYTES * PARTS - 12345
UPLOADER = Path(__file__).with_name("uploader.py")


@dataclass(frozen=True)
class File:
    """A training file, where it goes, and how it looks there."""

    path: Path
    sha256: str
    target: Place
    direct: Any
    """A client that asks the server without the proxy."""

    def is_whole(self) -> bool:
        """Whether the object is the file, and no parts lie about."""
        stored = self.direct.get_object(Bucket=BUCKET, Key=self.target.key)["Body"].read()
        return bool(hashlib.sha256(stored).hexdigest() == self.sha256) and not self.unfinished()

    def unfinished(self) -> list[str]:
        """Uploads of this file that were begun and not ended."""
        listed = self.direct.list_multipart_uploads(Bucket=BUCKET, Prefix=self.target.key)
        return [row["UploadId"] for row in listed.get("Uploads") or ()]

    def arrived(self) -> int:
        """How many parts of its unfinished upload the server has."""
        [upload_id] = self.unfinished()
        listed = self.direct.list_parts(Bucket=BUCKET, Key=self.target.key, UploadId=upload_id)
        return len(listed.get("Parts") or ())


@pytest.fixture(scope="module")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.Weed]:
    """A server with a bucket."""
    server = seaweed.Weed(tmp_path_factory.mktemp("weed"))
    try:
        server.start()
        seaweed.client(server.address).create_bucket(Bucket=BUCKET)
        yield server
    finally:
        server.kill()


@pytest.fixture
def proxy(weed: seaweed.Weed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The line to it, set as the address of S3 for this process and its children."""
    with proxied(weed.address) as line:
        for name, value in {
            "AWS_ENDPOINT_URL_S3": line.address,
            "AWS_ACCESS_KEY_ID": seaweed.KEYS["accessKey"],
            "AWS_SECRET_ACCESS_KEY": seaweed.KEYS["secretKey"],
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield line


@pytest.fixture
def made(weed: seaweed.Weed, tmp_path: Path) -> Callable[[int], File]:
    """Makes a file of a size."""

    def make(size: int) -> File:
        path = tmp_path / "train.jsonl"
        path.write_bytes(os.urandom(size))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        return File(
            path, sha256, data_place(None, f"s3://{BUCKET}/out", sha256), seaweed.client(weed.address)
        )

    return make


def send(file: File) -> bool:
    """One upload by a new client with the retries of every run."""
    client = Connection("us-east-1").client("s3", retries=cloud._PATIENT)
    return upload(Vault(client), file.path, file.target, file.sha256)


def sending(file: File) -> subprocess.Popen[bytes]:
    """The same as a process of its own."""
    return subprocess.Popen([sys.executable, str(UPLOADER), str(file.path), file.sha256, file.target.uri])


def test_cut_connections_cost_only_the_parts_that_were_cut(proxy: Proxy, made: Callable[[int], File]) -> None:
    """Three connections are reset in the middle of a part: three parts are sent again, in the same run."""
    file = made(LARGE)
    proxy.rules = [Rule(UPLOAD_PART, "cut", times=3, after=PART_BYTES // 3)]
    assert send(file) is True
    assert proxy.count(UPLOAD_PART) == PARTS + 3
    assert file.is_whole()


def test_a_line_that_stays_broken_loses_no_finished_part(proxy: Proxy, made: Callable[[int], File]) -> None:
    """One part never gets through: the error says so, and the next run sends that part and no other."""
    file = made(LARGE)
    proxy.rules = [Rule(r"PUT .*partNumber=2\D", "cut", times=10_000, after=1000)]
    with pytest.raises(RunnerError, match=r"no answer came|could not be written"):
        send(file)
    proxy.quiet()
    assert file.arrived() == PARTS - 1
    proxy.rules, proxy.seen = [], []
    assert send(file) is True
    assert proxy.count(UPLOAD_PART) == 1
    assert file.is_whole()


@pytest.mark.parametrize(("size", "write"), [(SMALL, PUT_OBJECT), (LARGE, COMPLETE)])
def test_a_lost_reply_to_the_conditional_write_is_no_error(
    proxy: Proxy, made: Callable[[int], File], size: int, write: str
) -> None:
    """The write is repeated and refused, since its first sending has been done: what lies there is ours."""
    file = made(size)
    proxy.rules = [Rule(write, "lose reply")]
    send(file)
    assert proxy.count(write) == 2
    assert file.is_whole()


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_what_comes_to_lie_under_the_name_meanwhile_is_not_overwritten(
    proxy: Proxy, made: Callable[[int], File], size: int
) -> None:
    """Somebody else writes between our first look and our last call: theirs stays, ours is an error."""
    file = made(size)
    other = {"Bucket": BUCKET, "Key": file.target.key, "Body": b"theirs"}
    first = PUT_OBJECT if size == SMALL else UPLOAD_PART
    proxy.rules = [Rule(rf"(?!{first})", "call", then=lambda: file.direct.put_object(**other))]
    with pytest.raises(RunnerError, match="holds something else"):
        send(file)
    assert file.direct.get_object(Bucket=BUCKET, Key=file.target.key)["Body"].read() == b"theirs"
    assert file.unfinished() == []


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("named", [True, False])
def test_other_content_of_the_same_length_is_told_apart(
    proxy: Proxy, made: Callable[[int], File], size: int, named: bool
) -> None:
    """Neither length nor the note beside the object decides: the checksum of the server does."""
    file = made(size)
    note = {"sha256": file.sha256} if named else {}
    file.direct.put_object(Bucket=BUCKET, Key=file.target.key, Body=os.urandom(size), Metadata=note)
    with pytest.raises(RunnerError, match="holds something else"):
        send(file)
    assert proxy.count("PUT|POST") == 0


@pytest.mark.parametrize(("size", "write"), [(SMALL, PUT_OBJECT), (LARGE, UPLOAD_PART)])
def test_a_byte_that_changed_on_the_way_is_refused(
    proxy: Proxy, made: Callable[[int], File], size: int, write: str
) -> None:
    """Nothing lies under the name until every byte is right; the next run ends well."""
    file = made(size)
    proxy.rules = [Rule(write, "flip", times=10_000)]
    with pytest.raises(RunnerError):
        send(file)
    proxy.rules = []
    assert "Contents" not in file.direct.list_objects_v2(Bucket=BUCKET, Prefix=file.target.key)
    assert send(file) is True
    assert file.is_whole()


def test_a_killed_uploader_goes_on_where_it_was(proxy: Proxy, made: Callable[[int], File]) -> None:
    """SIGKILL while parts are on their way: the next process sends only what the server has not got."""
    file = made(LARGE)
    victim: list[int] = []
    proxy.rules = [Rule(UPLOAD_PART, "call", skip=1, then=lambda: os.kill(victim[0], signal.SIGKILL))]
    process = sending(file)
    victim.append(process.pid)
    assert process.wait(60) == -signal.SIGKILL
    proxy.quiet()
    arrived = file.arrived()
    assert arrived >= 1
    proxy.seen.clear()
    assert sending(file).wait(60) == 0
    assert proxy.count(UPLOAD_PART) == PARTS - arrived
    assert file.is_whole()


def test_a_killed_server_has_kept_what_it_had(
    weed: seaweed.Weed, proxy: Proxy, made: Callable[[int], File]
) -> None:
    """SIGKILL of the server between two parts, and a start at the same place: the upload goes on."""
    file = made(LARGE)
    proxy.rules = [Rule(UPLOAD_PART, "call", skip=1, then=weed.kill)]
    with pytest.raises(RunnerError):
        send(file)
    weed.start()
    arrived = file.arrived()
    assert arrived >= 1
    proxy.seen.clear()
    assert send(file) is True
    assert proxy.count(UPLOAD_PART) == PARTS - arrived
    assert file.is_whole()
