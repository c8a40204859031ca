"""The files to examine: paths, patterns and S3 URIs; packed ones are unpacked on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.errors import RunnerError
from runner.examining.rules import DataFile, Side
from runner.project import cache_home
from runner.reading.compression import blocks, found_compression
from runner.reading.confine import Reach
from runner.reading.listing import is_pattern
from runner.reading.storage import S3, StoredFile, list_inputs, local_files, open_input


@dataclass(frozen=True, slots=True)
class Input:
    """One file that can be opened."""

    data: DataFile
    stored: StoredFile


def named_files(words: Sequence[str], side: Side) -> list[Input]:
    """The files that the words name. Errors: `RunnerError` for what does not exist, or is a folder."""
    reach = Reach.of(Path.cwd(), (), trusted=True)
    found: dict[str, Input] = {}
    for word in words:
        for stored in _stored(word, reach):
            name = stored.location if word.startswith(S3) else _shown(word, stored)
            found.setdefault(stored.location, Input(DataFile(name, stored.location, side), stored))
    return list(found.values())


@contextmanager
def opened(file: Input) -> Iterator[Iterator[bytes]]:
    """The unpacked content in blocks. What the bytes are counts, not what the name says."""
    with open_input(file.stored) as handle:
        head = handle.read(16)
        handle.seek(0)
        yield blocks(handle, found_compression(head), file.data.name)


def _stored(word: str, reach: Reach) -> list[StoredFile]:
    if word.startswith(S3):
        return list_inputs([word], reach, cache=cache_home())
    path = reach.absolute(word)
    if path.is_dir():
        raise RunnerError(f"{word} is a folder", fix=f"name its files: --data '{word.rstrip('/')}/*.jsonl'")
    if path.is_fifo() or path.is_char_device() or path.is_block_device() or path.is_socket():
        raise RunnerError(
            f"{word} is not a regular file", fix="write the records to a file first, and name it"
        )
    return local_files(word, reach)


def _shown(word: str, stored: StoredFile) -> str:
    """As typed; the files of a pattern by their path from here."""
    if not is_pattern(word) or Path(word).exists():
        return word
    try:
        return str(stored.path.relative_to(Path.cwd()))
    except ValueError:
        return stored.location
