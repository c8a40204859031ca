"""Objects on S3, fetched once into a content cache and checked by hash each time they are used."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from runner.atomic import digest, file_digest, replacing, write_json
from runner.aws import connection, refusals
from runner.errors import RunnerError
from runner.reading.confine import MissingError
from runner.reading.listing import is_hidden, is_pattern, matcher, split_pattern

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class S3Object:
    """One object in one version; `etag`, `size` and `version` change when its content does."""

    name: str
    """The key, relative to the folder that the source names."""
    bucket: str
    key: str
    etag: str
    size: int
    version: str

    @property
    def uri(self) -> str:
        """`s3://bucket/key`."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def address(self) -> str:
        """The name of its files in the cache."""
        return digest([self.bucket, self.key, self.etag, self.size, self.version])


def fetched(uri: str, folder: Path, *, offline: bool) -> list[tuple[str, str, Path, str]]:
    """Name, URI, local file and SHA-256 of every object that a URI, a pattern or a prefix names.

    `offline` uses what the last look at S3 found.
    """
    remembered = folder / f"{digest(uri)}.list.json"
    if offline:
        if not remembered.exists():
            raise RunnerError(f"{uri} has not been fetched yet", fix="run once without --offline")
        found = [S3Object(**item) for item in json.loads(remembered.read_text(encoding="utf-8"))]
        return [_row(item, folder, _cached(item, folder)) for item in found]
    client = connection.client("s3")
    found = _find(client, uri)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        hashes = list(threads.map(partial(_fetch, client, folder=folder), found))
    write_json(remembered, [{name: getattr(item, name) for name in S3Object.__slots__} for item in found])
    return [_row(item, folder, sha256) for item, sha256 in zip(found, hashes, strict=True)]


def _row(item: S3Object, folder: Path, sha256: str | None) -> tuple[str, str, Path, str]:
    if sha256 is None:
        raise RunnerError(f"{item.uri} is not in the cache any more", fix="run once without --offline")
    return item.name, item.uri, folder / f"{item.address}.data", sha256


def _find(client: Any, uri: str) -> list[S3Object]:
    match = _URI.fullmatch(uri)
    if not match:
        raise RunnerError(f"{uri!r} is not an S3 URI", fix="write s3://BUCKET/KEY, or s3://BUCKET/FOLDER/")
    bucket, key = match.group(1), match.group(2) or ""
    with refusals.explained(f"reading {uri}"):
        if is_pattern(key):
            base, pattern = split_pattern(key)
            found = list(_under(client, bucket, base, pattern))
        elif not key or key.endswith("/"):
            found = list(_under(client, bucket, key, "**"))
        else:
            found = _one(client, bucket, key)
    if not found:
        raise MissingError(f"{uri} names no object", fix="check bucket and key; `aws s3 ls` lists a folder")
    return found


def _one(client: Any, bucket: str, key: str) -> list[S3Object]:
    """The object of that key, or those under it if it is a folder written without its `/`."""
    try:
        head = client.head_object(Bucket=bucket, Key=key)
    except client.exceptions.ClientError as error:
        if refusals.error_code(error) != "NoSuchKey":
            raise
        return list(_under(client, bucket, key + "/", "**"))
    name = key.rsplit("/", 1)[-1]
    return [S3Object(name, bucket, key, head["ETag"], head["ContentLength"], head.get("VersionId", ""))]


def _under(client: Any, bucket: str, base: str, pattern: str) -> Iterator[S3Object]:
    """Objects below `base` whose relative key matches, in the order of their keys."""
    wanted = matcher(pattern)
    literal = re.split(r"[*?]", pattern, maxsplit=1)[0]
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=base + literal)
    for page in pages:
        for item in page.get("Contents", ()):
            name = item["Key"].removeprefix(base)
            if name and not name.endswith("/") and not is_hidden(name) and wanted.fullmatch(name):
                yield S3Object(name, bucket, item["Key"], item["ETag"], item["Size"], "")


def _fetch(client: Any, item: S3Object, *, folder: Path) -> str:
    """SHA-256 of the object's content, which lies in the cache from now on."""
    if (known := _cached(item, folder)) is not None:
        return known
    version = {"VersionId": item.version} if item.version and item.version != "null" else {}
    target = folder / f"{item.address}.data"
    seen = hashlib.sha256()
    size = 0
    with refusals.explained(f"reading {item.uri}"), replacing(target) as handle:
        body = client.get_object(Bucket=item.bucket, Key=item.key, IfMatch=item.etag, **version)["Body"]
        for block in body.iter_chunks(1 << 20):
            seen.update(block)
            size += handle.write(block)
        if size != item.size:
            raise RunnerError(f"{item.uri}: {size} of {item.size} bytes arrived", fix="run the command again")
    write_json(
        folder / f"{item.address}.json", {"uri": item.uri, "etag": item.etag, "sha256": seen.hexdigest()}
    )
    return seen.hexdigest()


def _cached(item: S3Object, folder: Path) -> str | None:
    """SHA-256 of the cached content, if it is there and still what was fetched."""
    data, note = folder / f"{item.address}.data", folder / f"{item.address}.json"
    try:
        expected = str(json.loads(note.read_text(encoding="utf-8"))["sha256"])
        return expected if file_digest(data) == expected else None
    except (OSError, ValueError, KeyError):
        return None
