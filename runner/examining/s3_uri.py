"""An S3 URI taken apart: the bucket and the key."""

from __future__ import annotations

import re
from dataclasses import dataclass

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class S3Uri:
    """One object's address."""

    bucket: str
    key: str

    @property
    def name(self) -> str:
        """The key's last part."""
        return self.key.rpartition("/")[2]

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def s3_uri(text: str) -> S3Uri | None:
    """The bucket and key of `s3://BUCKET/KEY`; None if the text is not the address of one object."""
    match = _URI.fullmatch(text)
    return S3Uri(*match.groups()) if match and not text.endswith("/") else None


def not_an_object(text: str) -> str:
    """Why a text is not the address of one object on S3."""
    shown = repr(text if len(text) <= 80 else text[:77] + "…")
    if not text.startswith("s3://"):
        return f"{shown} is no S3 URI"
    bucket, _, key = text.removeprefix("s3://").partition("/")
    if key and not text.endswith("/"):
        return f"{shown}: {bucket!r} cannot be the name of a bucket"
    return f"{shown} names no single object"
