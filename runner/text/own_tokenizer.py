"""A model's own tokenizer, where it is published and the user has its file.

Llama 3's vocabulary is licensed and comes with no package that this tool needs, so it is not shipped. A user
puts the file that came with the weights into `<cache home>/tokenizers/llama3/`: `tokenizer.model`, or the
`tokenizer.json` of a converted model. It is trusted by the SHA-256 of its vocabulary.

No recipe names it: it only makes estimates exact, and changes no byte of a dataset.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError
from runner.project import cache_home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoken import Encoding

    from runner.model import Model

FILES = ("tokenizer.model", "tokenizer.json")

LLAMA_3_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Llama 3 cuts a text before it looks for tokens (llama-models, `llama3/tokenizer.py`)."""


@dataclass(frozen=True, slots=True)
class OwnTokenizer:
    """The tokenizer of a family of models, from a file of the user's."""

    name: str
    file: Path
    sha256: str
    """Of its vocabulary."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text; special tokens are counted as ordinary text."""
        encoding = _encoding(self.file, self.sha256)
        return [len(ids) for ids in encoding.encode_ordinary_batch(list(texts), num_threads=1)]


def own_tokenizer(model: Model) -> OwnTokenizer | None:
    """The model's own tokenizer; None if none is published or the user has no file of it.

    Errors: `RunnerError` when a file is there that is not the model's.
    """
    published = (model.data.get("tokens") or {}).get("published")
    if not published:
        return None
    folder = home(published["name"])
    for file in (folder / name for name in FILES):
        if file.is_file():
            _require(file, published)
            return OwnTokenizer(published["name"], file, published["ranks_sha256"])
    return None


def home(name: str) -> Path:
    """Where the user puts the files of a tokenizer."""
    return cache_home() / "tokenizers" / name


def _require(file: Path, published: Mapping[str, Any]) -> None:
    if ranks_digest(_ranks(file)) != published["ranks_sha256"]:
        raise RunnerError(
            f"{file} is not the {published['name']} tokenizer: its vocabulary has another SHA-256",
            fix="use the file that came with the weights, or remove this one: counts are then estimates",
        )


def ranks_digest(ranks: Mapping[bytes, int]) -> str:
    """SHA-256 (hex) of a vocabulary: one line for each token, in the order of the ranks."""
    ordered = sorted(ranks.items(), key=lambda pair: pair[1])
    lines = [b"%s %d\n" % (binascii.b2a_base64(token, newline=False), rank) for token, rank in ordered]
    return hashlib.sha256(b"".join(lines)).hexdigest()


@cache
def _encoding(file: Path, sha256: str) -> Encoding:
    import tiktoken

    return tiktoken.Encoding(
        sha256, pat_str=LLAMA_3_PATTERN, mergeable_ranks=dict(_ranks(file)), special_tokens={}
    )


@cache
def _ranks(file: Path) -> Mapping[bytes, int]:
    try:
        return _of_json(file.read_bytes()) if file.suffix == ".json" else _of_lines(file.read_bytes())
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise RunnerError(
            f"{file} holds no byte-level vocabulary that this tool can read",
            fix="use Llama 3's tokenizer.model (lines of base64 and rank), or a tokenizer.json made from it",
        ) from None


def _of_lines(content: bytes) -> dict[bytes, int]:
    pairs = (line.split() for line in content.splitlines() if line)
    return {base64.b64decode(token, validate=True): int(rank) for token, rank in pairs}


def _of_json(content: bytes) -> dict[bytes, int]:
    """Tokens of a byte-level BPE; ids are ranks there, which the digest confirms."""
    vocabulary = json.loads(content)["model"]["vocab"]
    letters = _byte_letters()
    return {bytes(letters[letter] for letter in token): int(rank) for token, rank in vocabulary.items()}


def _byte_letters() -> dict[str, int]:
    """The letters that stand for bytes in such files: printable ones for themselves, the rest from U+0100."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {chr(byte): byte for byte in printable}
    others = [byte for byte in range(256) if byte not in set(printable)]
    return letters | {chr(256 + number): byte for number, byte in enumerate(others)}
