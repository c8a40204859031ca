"""Tokenizers from files, for `token_bounds.py`: each is a function from texts to numbers of tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from runner.project import cache_home
from runner.text.own_tokenizer import LLAMA_3_PATTERN
from runner.text.tokens import count

Count = Callable[[Sequence[str]], list[int]]

_QWEN_PATTERN = LLAMA_3_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")


def at_hand() -> dict[str, Count]:
    """What comes with the project's own packages and its cache."""

    def o200k(texts: Sequence[str]) -> list[int]:
        return count(texts, "o200k_base")

    found: dict[str, Count] = {"o200k_base": o200k}
    for file in sorted((cache_home() / "models").glob("SmolLM2*/tokenizer.json")):
        found["SmolLM2"] = load(file)
    return found


def load(file: Path) -> Count:
    """A tokenizer by what its file is."""
    if file.name.startswith("tekken"):
        return _tekken(file)
    if file.suffix == ".json":
        return _fast(file)
    if b"== 0\n" in file.read_bytes()[:16]:
        return _ranks(file)
    return _pieces(file)


def _fast(file: Path) -> Count:
    tokenizer = import_module("tokenizers").Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def counted(texts: Sequence[str]) -> list[int]:
        return [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]

    return counted


def _pieces(file: Path) -> Count:
    processor = import_module("sentencepiece").SentencePieceProcessor(model_file=str(file))

    def counted(texts: Sequence[str]) -> list[int]:
        return [len(processor.encode(text)) for text in texts]

    return counted


def _ranks(file: Path) -> Count:
    pairs = (line.split() for line in file.read_bytes().splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in pairs}
    return _encoding(ranks, _QWEN_PATTERN if "qwen" in file.name.lower() else LLAMA_3_PATTERN)


def _tekken(file: Path) -> Count:
    data: dict[str, Any] = json.loads(file.read_bytes())
    config = data["config"]
    kept = config["default_vocab_size"] - config["default_num_special_tokens"]
    ranks = {base64.b64decode(row["token_bytes"]): row["rank"] for row in data["vocab"][:kept]}
    return _encoding(ranks, config["pattern"])


def _encoding(ranks: dict[bytes, int], pattern: str) -> Count:
    import tiktoken

    encoding = tiktoken.Encoding("measured", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})

    def counted(texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in encoding.encode_ordinary_batch(list(texts), num_threads=1)]

    return counted
