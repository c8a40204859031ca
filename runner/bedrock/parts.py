"""Large files in parts: sent by several threads, each checked by S3, taken up where a killed run stopped."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.aws.calls import Refused, call, look
from runner.bedrock.places import Place
from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.bedrock.upload import Vault

PART_BYTES = 8 << 20
"""The size that boto3's own transfers use; a file up to this size is sent in one piece."""

TAKEN = "PreconditionFailed"
"""What S3 says when a conditional write finds something under the name."""

_MOST_PARTS = 10_000
_THREADS = 10
"""As many as boto3's own transfers, and as a client keeps connections."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a file; S3 counts from 1."""

    number: int
    offset: int
    size: int


def layout(size: int) -> list[Part]:
    """The parts of a file of this size: always the same ones, so that an upload can go on."""
    length = PART_BYTES
    while -(-size // length) > _MOST_PARTS:
        length *= 2
    return [
        Part(number, offset, min(length, size - offset))
        for number, offset in enumerate(range(0, size, length), 1)
    ]


def composite(file: Path, parts: Iterable[Part]) -> str:
    """The checksum S3 keeps of an object made of these parts: the CRC-32 of the parts' CRC-32s."""
    return _joined(_crc(_read(file, part)) for part in parts)


def whole(file: Path) -> str:
    """The checksum S3 keeps of an object that came in one piece."""
    crc = 0
    with file.open("rb") as handle:
        while block := handle.read(PART_BYTES):
            crc = zlib.crc32(block, crc)
    return base64.b64encode(crc.to_bytes(4, "big")).decode()


def send_parts(vault: Vault, file: Path, target: Place, sha256: str, shown: Callable[[int], None]) -> str:
    """Send what is missing, then let S3 join the parts, unless something lies under the name by then.

    Returns the checksum that S3 must have now: see `composite`.
    """
    parts = layout(file.stat().st_size)
    upload, there = _unfinished(vault, target) or (_begun(vault, target, sha256), {})
    where = {"Bucket": target.bucket, "Key": target.key, "UploadId": upload, **vault.guard}
    sent = 0

    def ensured(part: Part) -> tuple[Part, dict[str, Any]]:
        body = _read(file, part)
        checksum = base64.b64encode(_crc(body)).decode()
        known = there.get(part.number)
        if known and _arrived(known, body, checksum):
            return part, {"PartNumber": part.number, "ETag": known["ETag"], "ChecksumCRC32": checksum}
        reply = call(
            f"uploading part {part.number} of {target.uri}",
            vault.client.upload_part,
            needs=("ETag",),
            PartNumber=part.number,
            Body=body,
            ChecksumCRC32=checksum,
            **where,
        )
        return part, {"PartNumber": part.number, "ETag": reply["ETag"], "ChecksumCRC32": checksum}

    pool = ThreadPoolExecutor(_THREADS)
    try:
        done: dict[int, dict[str, Any]] = {}
        for future in as_completed([pool.submit(ensured, part) for part in parts]):
            part, row = future.result()
            done[part.number] = row
            sent += part.size
            shown(sent)
    finally:
        pool.shutdown(cancel_futures=True)
    _join(vault, target, where, [done[part.number] for part in parts])
    return _joined(base64.b64decode(done[part.number]["ChecksumCRC32"]) for part in parts)


def _join(vault: Vault, target: Place, where: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """The object appears. If another lies there by now, the parts go: nobody needs them, S3 bills them."""
    try:
        call(
            f"joining the parts of {target.uri}",
            vault.client.complete_multipart_upload,
            MultipartUpload={"Parts": rows},
            IfNoneMatch="*",
            **where,
        )
    except Refused as refused:
        if refused.code == TAKEN:
            with contextlib.suppress(RunnerError):
                call(f"clearing up {target.uri}", vault.client.abort_multipart_upload, **where)
        raise


def _joined(sums: Iterable[bytes]) -> str:
    whole = b"".join(sums)
    return f"{base64.b64encode(_crc(whole)).decode()}-{len(whole) // 4}"


def _begun(vault: Vault, target: Place, sha256: str) -> str:
    reply = call(
        f"beginning the upload of {target.uri}",
        vault.client.create_multipart_upload,
        needs=("UploadId",),
        Bucket=target.bucket,
        Key=target.key,
        ChecksumAlgorithm="CRC32",
        Metadata={"sha256": sha256},
        **vault.guard,
        **vault.sealed,
    )
    return str(reply["UploadId"])


def _unfinished(vault: Vault, target: Place) -> tuple[str, dict[int, dict[str, Any]]] | None:
    """An upload of this very content that was begun and never joined, with the parts that arrived."""
    what = f"looking for an unfinished upload of {target.uri}"
    listed = look(
        what, vault.client.list_multipart_uploads, Bucket=target.bucket, Prefix=target.key, **vault.guard
    )
    found = [row for row in listed.get("Uploads") or () if row.get("Key") == target.key]
    if not found:
        return None
    newest = max(found, key=lambda row: str(row.get("Initiated", "")))["UploadId"]
    there: dict[int, dict[str, Any]] = {}
    pages = vault.client.get_paginator("list_parts")
    for page in look(
        what,
        lambda **request: list(pages.paginate(**request)),
        Bucket=target.bucket,
        Key=target.key,
        UploadId=newest,
        **vault.guard,
    ):
        there.update({row["PartNumber"]: row for row in page.get("Parts") or ()})
    return newest, there


def _arrived(known: dict[str, Any], body: bytes, checksum: str) -> bool:
    """Whether a part that S3 lists has this content: by its checksum, else by the MD5 that is its ETag."""
    if known.get("Size") != len(body):
        return False
    if stored := known.get("ChecksumCRC32"):
        return bool(stored == checksum)
    return str(known["ETag"]).strip('"') == hashlib.md5(body, usedforsecurity=False).hexdigest()


def _read(file: Path, part: Part) -> bytes:
    with file.open("rb") as handle:
        handle.seek(part.offset)
        return handle.read(part.size)


def _crc(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")
