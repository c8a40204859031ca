"""Places on S3 as Bedrock takes them: narrower than what S3 itself allows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runner.errors import RunnerError

_URI = re.compile(r"s3://([a-z0-9][-.a-z0-9]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket and a key, or the beginning of keys."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """`s3://bucket/key`."""
        return f"s3://{self.bucket}/{self.key}" if self.key else f"s3://{self.bucket}"

    @property
    def arn(self) -> str:
        """The object's ARN, for policies."""
        return f"arn:aws:s3:::{self.bucket}/{self.key}"

    def below(self, name: str) -> Place:
        """`name` in this folder."""
        return Place(self.bucket, f"{self.key}/{name}" if self.key else name)


def place(uri: str) -> Place:
    """The place a URI names; a last `/` says nothing. Errors: `RunnerError` if it is no S3 URI."""
    match = _URI.fullmatch(uri)
    if not match:
        raise RunnerError(f"{uri!r} is not an S3 URI", fix="write s3://BUCKET/FOLDER")
    return Place(match.group(1), (match.group(2) or "").rstrip("/"))


def data_place(data_uri: str | None, output_uri: str, sha256: str) -> Place:
    """Where a training file goes: its name is its content, so the same file is uploaded once."""
    folder = place(data_uri) if data_uri else place(output_uri).below("data")
    return folder.below(f"{sha256}.jsonl")
