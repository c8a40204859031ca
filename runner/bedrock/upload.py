"""Puts training files on S3: once, whole, checked by S3 itself; an upload that was cut off goes on.

The key is the content's SHA-256, and it is written only if nothing is there (`If-None-Match`). A lost reply
makes the repeated write fail with 412 although the first one succeeded: then the stored checksum decides.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.aws.calls import Refused, Unanswered, call, look
from runner.bedrock.parts import PART_BYTES, TAKEN, composite, layout, send_parts, whole
from runner.bedrock.places import Place
from runner.errors import RunnerError

_RACED = "ConditionalRequestConflict"
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Vault:
    """Where files go and how: the account that must own the bucket, and the key that encrypts."""

    client: Any
    owner: str | None = None
    kms_key_arn: str | None = None

    @property
    def guard(self) -> dict[str, str]:
        """Refuses a bucket that someone else owns."""
        return {"ExpectedBucketOwner": self.owner} if self.owner else {}

    @property
    def sealed(self) -> dict[str, str]:
        """Encryption at rest with the user's own key."""
        if not self.kms_key_arn:
            return {}
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.kms_key_arn}


def upload(
    vault: Vault, file: Path, target: Place, sha256: str, shown: Callable[[int], None] = lambda _: None
) -> bool:
    """Put the file there unless it is; whether bytes were sent. `shown` is told of every part that is there.

    Errors: `RunnerError` when something else lies under the name, or S3 refuses.
    """
    size = file.stat().st_size
    for _ in range(_TRIES):
        if _is_there(vault, file, target, sha256, size):
            return False
        sent = ""
        try:
            if size <= PART_BYTES:
                _put(vault, file, target, sha256)
            else:
                sent = send_parts(vault, file, target, sha256, shown)
        except Refused as refused:
            if refused.code not in (TAKEN, _RACED, "NoSuchUpload"):
                raise
        except Unanswered:
            pass  # it may have arrived: look
        else:
            shown(size)
            if not _is_there(vault, file, target, sha256, size, sent):
                raise RunnerError(f"{target.uri} was written, and is not there", fix="run the command again")
            return True
    if _is_there(vault, file, target, sha256, size):
        return True
    raise RunnerError(f"{target.uri} could not be written", fix="run the command again; what arrived is kept")


def _put(vault: Vault, file: Path, target: Place, sha256: str) -> None:
    with file.open("rb") as body:
        call(
            f"uploading {target.uri}",
            vault.client.put_object,
            Bucket=target.bucket,
            Key=target.key,
            Body=body,
            IfNoneMatch="*",
            ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            Metadata={"sha256": sha256},
            **vault.guard,
            **vault.sealed,
        )


def _is_there(vault: Vault, file: Path, target: Place, sha256: str, size: int, sent: str = "") -> bool:
    """Whether the very content lies there. `sent`: the checksum of the parts, where it is known already.

    Errors: `RunnerError` if something else lies there.
    """
    try:
        head = look(
            f"looking for {target.uri}",
            vault.client.head_object,
            Bucket=target.bucket,
            Key=target.key,
            ChecksumMode="ENABLED",
            **vault.guard,
        )
    except Refused as refused:
        if refused.code in ("NoSuchKey", "NotFound"):
            return False
        raise
    if head.get("ContentLength") == size and _same_content(head, file, sha256, sent):
        return True
    raise RunnerError(
        f"{target.uri} holds something else than the file it is named after",
        fix="find out who writes there; then delete the object, or set executor.data_uri to another folder",
    )


def _same_content(head: dict[str, Any], file: Path, sha256: str, sent: str) -> bool:
    """By the strongest that S3 keeps: a checksum of its own, else the digest that we wrote beside it."""
    if (stored := head.get("ChecksumSHA256")) and "-" not in stored:
        return bool(base64.b64decode(stored).hex() == sha256)
    if stored := head.get("ChecksumCRC32"):
        ours = (sent or composite(file, layout(file.stat().st_size))) if "-" in stored else whole(file)
        return bool(stored == ours)
    return bool(head.get("Metadata", {}).get("sha256") == sha256)
