"""The storage layer: lists, opens and addresses the files that a source names, on disk or on S3."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from runner.errors import RunnerError
from runner.reading.confine import MissingError, Reach
from runner.reading.listing import below, is_pattern, split_pattern

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
S3 = "s3://"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a source, found but not read yet."""

    name: str
    """Relative to the folder that the source names: what places in messages and the address hold."""
    location: str
    """Absolute path, or S3 URI."""
    path: Path
    """Where its bytes are on this machine."""
    reach: Reach
    sha256: str = ""
    stamp: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Bytes, as they were when the content was addressed."""
        return self.stamp[2]


def list_inputs(
    paths: Sequence[str], reach: Reach, *, cache: Path, offline: bool = False
) -> list[StoredFile]:
    """The files that paths, patterns, folders and S3 URIs name: in the order given, each sorted by name.

    Objects on S3 are fetched into `cache`. Errors: `RunnerError` when one of them names nothing.
    """
    return [file for text in paths for file in _list(text, reach, cache, offline)]


def local_files(text: str, reach: Reach) -> list[StoredFile]:
    """The files that one local path, pattern or folder names. Errors: `RunnerError`, `MissingError`."""
    if match := _SCHEME.match(text):
        raise RunnerError(
            f"{text}: {match.group()} is not a place that data can be read from",
            fix="name a local path, a pattern, or an s3:// URI",
        )
    written = reach.absolute(text)
    if is_pattern(text) and not _exists(written):
        folder, pattern = split_pattern(written.as_posix())
        base, names = Path(folder), below(Path(folder), reach, pattern)
    elif reach.resolve(written).is_dir():
        base, names = written, below(written, reach)
    else:
        base, names = written.parent, [written.name]
    if not names:
        raise MissingError(
            f"{text} names no file", fix=f"look at what {base} holds; `**` stands for any folders"
        )
    return [StoredFile(name, str(base / name), base / name, reach) for name in names]


@contextmanager
def open_input(file: StoredFile) -> Iterator[BinaryIO]:
    """The file, open for reading. Errors: `RunnerError` if it is not, or stops being, what was addressed."""
    with file.reach.open(file.path) as handle:
        _require_unchanged(file, handle)
        yield handle
        _require_unchanged(file, handle)


def addressed(file: StoredFile) -> StoredFile:
    """The same file with the SHA-256 of its bytes."""
    with file.reach.open(file.path) as handle:
        stamp = _stamp(handle)
        return replace(file, sha256=_sha256(handle), stamp=stamp)


def _list(text: str, reach: Reach, cache: Path, offline: bool) -> Iterable[StoredFile]:
    if not text.startswith(S3):
        return map(addressed, local_files(text, reach))
    from runner.reading.objects import fetched

    return [
        StoredFile(name, uri, path, Reach(path.parent, None), sha256, _path_stamp(path))
        for name, uri, path, sha256 in fetched(text, cache / "objects", offline=offline)
    ]


def _exists(path: Path) -> bool:
    """Whether a file has this very name, `*` and all."""
    try:
        return path.exists()
    except OSError:
        return False


def _require_unchanged(file: StoredFile, handle: BinaryIO) -> None:
    """The bytes that are read must be those that the dataset's address was made from."""
    if not file.sha256 or _stamp(handle) == file.stamp:
        return
    position = handle.tell()
    handle.seek(0)
    same = _sha256(handle) == file.sha256
    handle.seek(position)
    if not same:
        raise RunnerError(f"{file.name} changed while it was being read", fix="run the command again")


def _sha256(handle: BinaryIO) -> str:
    # The stubs do not know that a BinaryIO can `readinto`.
    return hashlib.file_digest(handle, "sha256").hexdigest()  # type: ignore[arg-type]


def _stamp(handle: BinaryIO) -> tuple[int, ...]:
    return _numbers(os.fstat(handle.fileno()))


def _path_stamp(path: Path) -> tuple[int, ...]:
    return _numbers(path.stat())


def _numbers(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
