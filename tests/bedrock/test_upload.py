"""Uploads to a real S3 server (SeaweedFS) and to moto: checked, conditional, resumed."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("boto3", reason="AWS needs the extra `aws`")

from ledger import seaweed

from runner.bedrock import parts
from runner.bedrock.places import Place, data_place
from runner.bedrock.upload import Vault, upload
from runner.errors import RunnerError

BUCKET = "training"
LARGE = parts.PART_BYTES * 2 + 12345


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that verifies signatures and checksums."""
    with seaweed.serving(tmp_path_factory.mktemp("weed")) as address:
        seaweed.client(address).create_bucket(Bucket=BUCKET)
        yield address


@pytest.fixture
def s3(server: str) -> Any:
    """A client of it that notes its calls in `s3.asked`."""
    client = seaweed.client(server)
    asked: list[str] = []
    client.meta.events.register("before-call.s3", lambda model, **_: asked.append(model.name))
    client.asked = asked
    return client


def content(folder: Path, size: int) -> tuple[Path, str, Place]:
    """A file, its SHA-256, and where it goes."""
    file = folder / "train.jsonl"
    file.write_bytes(os.urandom(size))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return file, sha256, data_place(None, f"s3://{BUCKET}/out", sha256)


@pytest.mark.parametrize("size", [0, 1000, LARGE])
def test_a_file_is_sent_once_and_is_what_it_was(s3: Any, tmp_path: Path, size: int) -> None:
    """The second upload only looks; the content comes back the same."""
    file, sha256, target = content(tmp_path, size)
    told: list[int] = []
    assert upload(Vault(s3), file, target, sha256, told.append) is True
    assert told[-1] == size
    s3.asked.clear()
    assert upload(Vault(s3), file, target, sha256) is False
    assert s3.asked == ["HeadObject"]
    assert s3.get_object(Bucket=BUCKET, Key=target.key)["Body"].read() == file.read_bytes()


def test_the_server_refuses_bytes_that_changed_on_the_way(s3: Any, tmp_path: Path) -> None:
    """The checksum that S3 is given is that of the dataset, not of whatever is sent."""
    file, _, target = content(tmp_path, 1000)
    with pytest.raises(RunnerError):
        upload(Vault(s3), file, target, "0" * 64)
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix=target.key)


def test_another_object_under_the_name_is_left_alone(s3: Any, tmp_path: Path) -> None:
    """It is not overwritten, and the error says what lies there."""
    file, sha256, target = content(tmp_path, 1000)
    s3.put_object(Bucket=BUCKET, Key=target.key, Body=b"something else")
    with pytest.raises(RunnerError, match="holds something else"):
        upload(Vault(s3), file, target, sha256)
    assert s3.get_object(Bucket=BUCKET, Key=target.key)["Body"].read() == b"something else"


def test_an_unfinished_upload_goes_on(s3: Any, tmp_path: Path) -> None:
    """Parts that arrived before a kill are not sent again; nothing dangles afterwards."""
    file, sha256, target = content(tmp_path, LARGE)
    vault = Vault(s3)
    upload_id = parts._begun(vault, target, sha256)
    body = parts._read(file, parts.layout(LARGE)[1])
    checksum = base64.b64encode(parts._crc(body)).decode()
    where = {"Bucket": BUCKET, "Key": target.key, "UploadId": upload_id}
    s3.upload_part(PartNumber=2, Body=body, ChecksumCRC32=checksum, **where)
    s3.asked.clear()
    assert upload(vault, file, target, sha256) is True
    assert s3.asked.count("UploadPart") == 2
    assert "CreateMultipartUpload" not in s3.asked
    assert not s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


@pytest.mark.parametrize("size", [1000, LARGE])
def test_a_412_after_our_own_success_is_a_success(s3: Any, tmp_path: Path, size: int) -> None:
    """The reply is lost after S3 has written: the repeated conditional write is refused, and that is fine."""
    file, sha256, target = content(tmp_path, size)
    operation = "PutObject" if size == 1000 else "CompleteMultipartUpload"
    lost = iter([True])

    def lose(**_: Any) -> None:
        from botocore.exceptions import ConnectionClosedError

        if next(lost, False):
            raise ConnectionClosedError(endpoint_url="the reply was lost")

    # The hook runs when the reply has been read: S3 has written by then.
    s3.meta.events.register(f"before-parse.s3.{operation}", lose)
    assert upload(Vault(s3), file, target, sha256) in (True, False)
    assert s3.get_object(Bucket=BUCKET, Key=target.key)["Body"].read() == file.read_bytes()


def test_two_uploads_at_once_end_well(server: str, tmp_path: Path) -> None:
    """One writes, the other finds it."""
    from concurrent.futures import ThreadPoolExecutor

    file, sha256, target = content(tmp_path, LARGE)
    vaults = [Vault(seaweed.client(server)) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda vault: upload(vault, file, target, sha256), vaults))
    stored = vaults[0].client.get_object(Bucket=BUCKET, Key=target.key)["Body"].read()
    assert hashlib.sha256(stored).hexdigest() == sha256


def test_encryption_and_owner_are_asked_for() -> None:
    """SSE-KMS with the user's key, and no bucket of somebody else."""
    vault = Vault(None, "123456789012", "arn:key")
    assert vault.sealed == {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:key"}
    assert vault.guard == {"ExpectedBucketOwner": "123456789012"}


def test_parts_cover_the_file() -> None:
    """Every byte once, whatever the size; never more parts than S3 takes."""
    for size in (1, parts.PART_BYTES, parts.PART_BYTES + 1, 200 << 30):
        layout = parts.layout(size)
        assert sum(part.size for part in layout) == size
        assert [part.offset for part in layout[1:]] == [part.offset + part.size for part in layout[:-1]]
        assert len(layout) <= 10_000
