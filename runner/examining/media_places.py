"""Where the media that records refer to can be looked at: on S3, or as local copies in a folder."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from runner.errors import RunnerError
from runner.examining.s3_uri import S3Uri
from runner.reading.confine import MissingError, Reach

_BLOCK = 64 * 1024
_NOT_THERE = ("NoSuchKey", "NoSuchBucket")


class Place(Protocol):
    """A place that holds media."""

    def open(self, uri: S3Uri) -> Any:
        """Context manager of a handle and the size in bytes. Errors: `MissingError`, `RunnerError`."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Copies:
    """A folder with copies of objects.

    The longest tail of `BUCKET/KEY` that exists is taken, so that copies of a whole bucket, of one of its
    folders and of a flat heap of files all do.
    """

    reach: Reach

    @classmethod
    def of(cls, folder: Path) -> Copies:
        """The copies in this folder. Errors: `RunnerError` when it is none."""
        if not folder.is_dir():
            raise RunnerError(f"{folder} is not a folder", fix="name the folder that holds the images")
        return cls(Reach(folder, (folder.resolve(),)))

    def __str__(self) -> str:
        return str(self.reach.base)

    @contextmanager
    def open(self, uri: S3Uri) -> Iterator[tuple[BinaryIO, int]]:
        """The copy, open for reading, and its size."""
        parts = [part for part in (uri.bucket, *uri.key.split("/")) if part]
        tails = (parts[start:] for start in range(len(parts)) if "\0" not in uri.key)
        for tail in tails:
            path = self.reach.base.joinpath(*tail)
            if ".." not in tail and path.is_file():
                with self.reach.open(path) as handle:
                    yield handle, path.stat().st_size
                    return
        raise MissingError(f"{self.reach.base} holds no copy of {uri}")


@dataclass(frozen=True, slots=True)
class Bucket:
    """S3 itself: reads only those bytes of an object that are asked for."""

    client: Any

    def __str__(self) -> str:
        return "S3"

    @contextmanager
    def open(self, uri: S3Uri) -> Iterator[tuple[BinaryIO, int]]:
        """The object, open for reading, and its size."""
        pieces = _Pieces(self.client, uri)
        yield io.BufferedReader(pieces, _BLOCK), pieces.size


class _Pieces(io.RawIOBase):
    """One object, read in ranges. Errors: `MissingError`, `RunnerError`."""

    def __init__(self, client: Any, uri: S3Uri) -> None:
        self._client, self._uri, self._at = client, uri, 0
        self._first = b""
        self.size = 0
        self._first = self._fetch(0, _BLOCK)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), max(0, self.size - self._at))
        if not length:
            return 0
        end = self._at + length
        known = end <= len(self._first)
        got = self._first[self._at : end] if known else self._fetch(self._at, length)
        buffer[: len(got)] = got
        self._at += len(got)
        return len(got)

    def _fetch(self, start: int, length: int) -> bytes:
        from runner.aws.refusals import error_code, explained

        with explained(f"reading {self._uri}"):
            try:
                reply = self._client.get_object(
                    Bucket=self._uri.bucket, Key=self._uri.key, Range=f"bytes={start}-{start + length - 1}"
                )
            except self._client.exceptions.ClientError as error:
                if error_code(error) in _NOT_THERE:
                    raise MissingError(f"{self._uri} does not exist") from None
                if error_code(error) == "InvalidRange":  # an empty object has no first byte
                    return b""
                raise
            self.size = int(reply["ContentRange"].rpartition("/")[2])
            return bytes(reply["Body"].read())
