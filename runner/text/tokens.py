"""Token counts, always offline: toktok counts, tiktoken is the reference it is checked against.

The vocabulary of an encoding is data inside the toktok wheel. It is handed to tiktoken only after its SHA-256
has been found equal to the one that tiktoken itself expects, so the two differ in their algorithm alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError
from runner.text.token_bounds import Bounds as Bounds
from runner.text.token_bounds import record_bounds

if TYPE_CHECKING:
    from tiktoken import Encoding

    from runner.model import Model

TOKENIZERS = ("cl100k_base", "o200k_base")
DEFAULT_TOKENIZER = "cl100k_base"
PACKAGES = ("toktok-rs", "tiktoken")
"""Distributions whose versions belong to every count."""


def count(texts: Sequence[str], tokenizer: str = DEFAULT_TOKENIZER) -> list[int]:
    """Tokens of each text; special tokens are counted as ordinary text. Never touches the network."""
    if tokenizer not in TOKENIZERS:
        raise RunnerError(f"there is no tokenizer {tokenizer!r}", fix=f"one of: {', '.join(TOKENIZERS)}")
    try:
        import toktok
    except ImportError:
        return [len(ids) for ids in reference(tokenizer).encode_ordinary_batch(list(texts), num_threads=1)]
    # One thread: the engine decides how many cores a build uses.
    counts: list[int] = toktok.batch_count(texts, tokenizer, threads=1)
    return counts


def tokenizer_of(model: Model) -> str:
    """The tokenizer that counts for this model: its own, or the one its estimate is based on."""
    facts = model.data.get("tokens") or {}
    named = facts.get("tokenizer") or (facts.get("estimate") or {}).get("with")
    return named if named in TOKENIZERS else DEFAULT_TOKENIZER


def estimate(model: Model, counted: int) -> Bounds:
    """What `counted` tokens of any text are in the model's own, perhaps unpublished, tokenizer.

    `runner.text.token_bounds` knows narrower bounds where the script of the text is known.
    """
    return record_bounds(model, counted)


def versions() -> dict[str, str]:
    """Versions of what counts."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def disagreement(texts: Sequence[str], tokenizer: str) -> str | None:
    """The first text that `count` and the reference count differently; None if there is none."""
    expected = [len(ids) for ids in reference(tokenizer).encode_ordinary_batch(list(texts), num_threads=1)]
    found = count(texts, tokenizer)
    return next((text for text, a, b in zip(texts, expected, found, strict=True) if a != b), None)


@cache
def reference(tokenizer: str) -> Encoding:
    """tiktoken's own encoding, made from a vocabulary at hand. Errors: `RunnerError` when there is none."""
    import tiktoken

    from runner.text.vocabulary import ranks

    return tiktoken.Encoding(**definition(tokenizer, ranks))


def definition(tokenizer: str, load: Callable[[str, str], Mapping[bytes, int]]) -> dict[str, Any]:
    """tiktoken's definition of an encoding, with `load(address, expected_hash)` in place of its download."""
    import types
    from importlib import import_module

    openai_public = import_module("tiktoken_ext.openai_public")

    names = {**vars(openai_public), "load_tiktoken_bpe": load}
    defined: dict[str, Any] = types.FunctionType(getattr(openai_public, tokenizer).__code__, names)()
    return defined
