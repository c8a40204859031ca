"""Finds the vocabulary of a tokenizer on this machine, and trusts it only by its SHA-256."""

from __future__ import annotations

import binascii
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from runner.errors import RunnerError


class VocabularyMissing(RunnerError):
    """The vocabulary is not on this machine."""


def ranks(address: str, expected_hash: str) -> dict[bytes, int]:
    """Tokens and their ranks. `address` is tiktoken's name for the file; nothing is ever fetched from it."""
    content, tokens = _found(address, expected_hash)
    return {token: rank for rank, token in enumerate(tokens)} if tokens else _parsed(content)


def content(address: str, expected_hash: str) -> bytes:
    """The vocabulary file, byte for byte as tiktoken expects it."""
    return _found(address, expected_hash)[0]


def _found(address: str, expected_hash: str) -> tuple[bytes, list[bytes]]:
    for found, tokens in _candidates(address):
        if hashlib.sha256(found).hexdigest() == expected_hash:
            return found, tokens
    name = address.rpartition("/")[2]
    raise VocabularyMissing(
        f"the vocabulary {name} is not on this machine, and it is never downloaded",
        fix="install toktok-rs, whose wheel holds it, or put the file into TIKTOKEN_CACHE_DIR",
    )


def _candidates(address: str) -> Iterator[tuple[bytes, list[bytes]]]:
    """Contents of the file as found here, each with its tokens in the order of their ranks, if known."""
    tokens = _inside_toktok(address.rpartition("/")[2].removesuffix(".tiktoken"))
    if tokens:
        # The file as it would be: its SHA-256 says whether the table is the right one.
        encoded = [binascii.b2a_base64(token, newline=False) for token in tokens]
        yield b"".join([b"%s %d\n" % (token, rank) for rank, token in enumerate(encoded)]), tokens
    folders = [os.environ.get("TIKTOKEN_CACHE_DIR"), os.environ.get("DATA_GYM_CACHE_DIR")]
    key = hashlib.sha1(
        address.encode(), usedforsecurity=False
    ).hexdigest()  # how tiktoken names its cache files
    for folder in [*folders, str(Path(tempfile.gettempdir()) / "data-gym-cache")]:
        if folder and (file := Path(folder) / key).is_file():
            yield file.read_bytes(), []


def _inside_toktok(encoding: str) -> list[bytes]:
    try:
        import toktok

        # Named private, and documented as the way in for those who need more than counts.
        return list(toktok._encoding(encoding).token_byte_values())
    except (ImportError, AttributeError, KeyError):
        return []


def _parsed(content: bytes) -> dict[bytes, int]:
    pairs = (line.split() for line in content.splitlines() if line)
    return {binascii.a2b_base64(token): int(rank) for token, rank in pairs}
