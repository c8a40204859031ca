"""Token counts: exact, offline, and the same by the fast counter and the reference."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import RunnerError
from runner.model import Model, load_model
from runner.text import vocabulary
from runner.text.token_check import SAMPLE, require_exact_counts
from runner.text.tokens import (
    TOKENIZERS,
    Bounds,
    count,
    definition,
    disagreement,
    estimate,
    reference,
    tokenizer_of,
)

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=8)
japanese = st.text("あいうアイウ漢字東京。、！？「」\n \u3000abcＡＢ123🙂か\u3099", max_size=60)


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_the_packaged_vocabulary_is_the_one_tiktoken_expects(tokenizer: str) -> None:
    """Byte for byte: the SHA-256 is tiktoken's own."""
    sizes = []

    def load(address: str, expected_hash: str) -> dict[bytes, int]:
        sizes.append(len(vocabulary.content(address, expected_hash)))
        return {}

    definition(tokenizer, load)
    assert sizes[0] > 1_000_000


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_fast_counts_are_the_references_on_the_sample(tokenizer: str) -> None:
    """Special tokens as text, white space, emoji, scripts, long runs."""
    assert disagreement(SAMPLE, tokenizer) is None


@given(texts)
def test_fast_counts_are_the_references_on_any_text(some: list[str]) -> None:
    """Whatever the characters."""
    assert disagreement(some, "cl100k_base") is None


@given(st.lists(japanese, max_size=6))
def test_fast_counts_are_the_references_on_japanese(some: list[str]) -> None:
    """The two encodings, on the texts that this tool is for."""
    for tokenizer in TOKENIZERS:
        assert disagreement(some, tokenizer) is None


def test_fast_counts_are_the_references_on_real_records(shared_data: Path) -> None:
    """3,000 records of databricks-dolly-15k-ja."""
    with gzip.open(
        shared_data / "dolly-ja/databricks-dolly-15k-ja.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(3000), strict=False)]
    assert (
        disagreement(
            [row[name] for row in rows for name in ("instruction", "input", "output")], "cl100k_base"
        )
        is None
    )


def test_counts_by_hand() -> None:
    """Known counts."""
    assert count(["", "hello world", "こんにちは"], "cl100k_base") == [0, 2, 1]


def test_an_unknown_tokenizer_is_an_error_with_the_known_ones() -> None:
    """Not a KeyError of some library."""
    with pytest.raises(RunnerError, match="no tokenizer 'gpt2'") as caught:
        count(["x"], "gpt2")
    assert "o200k_base" in caught.value.fix


def model(**tokens: object) -> Model:
    """A model with these facts about its tokens."""
    return Model("m", {"tokens": tokens}, Path("m.json"), "")


def test_bounds_of_an_unpublished_tokenizer() -> None:
    """Rounded away from the likely value, so that the truth lies between."""
    estimated = model(tokenizer=None, estimate={"with": "cl100k_base", "low": 0.57, "high": 1.63})
    assert estimate(estimated, 1001) == Bounds(570, 1001, 1632)
    assert estimate(model(tokenizer="o200k_base"), 7) == Bounds(7, 7, 7)
    assert (tokenizer_of(estimated), tokenizer_of(model(tokenizer="o200k_base"))) == (
        "cl100k_base",
        "o200k_base",
    )


def test_real_models_have_bounds() -> None:
    """The schema's own factors."""
    bounds = estimate(load_model("amazon.nova-micro-v1:0"), 1000)
    assert bounds.low < bounds.likely < bounds.high


@pytest.mark.parametrize("hidden", ["toktok", "tiktoken"])
def test_a_missing_library(hidden: str, tmp_path: Path) -> None:
    """Without toktok and vocabulary: a sentence, and no network. Without tiktoken counting goes on."""
    program = f"""
import sys, socket
sys.modules[{hidden!r}] = None
def refuse(*_): raise SystemExit("reached for the network")
socket.socket.connect = refuse
from runner.errors import RunnerError
from runner.text.tokens import count
try:
    print(count(["hello world"], "cl100k_base"))
except RunnerError as error:
    print(error.message, error.fix)
"""
    environment = {"TIKTOKEN_CACHE_DIR": str(tmp_path), "TMPDIR": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    if hidden == "toktok":
        assert "is not on this machine, and it is never downloaded" in done.stdout
    else:
        assert done.stdout == "[2]\n"


def test_without_toktok_a_vocabulary_file_does(tmp_path: Path) -> None:
    """tiktoken counts with the file of its own cache, if its SHA-256 is right."""
    import hashlib

    def keep(address: str, expected_hash: str) -> dict[bytes, int]:
        name = hashlib.sha1(address.encode()).hexdigest()
        (tmp_path / name).write_bytes(vocabulary.content(address, expected_hash))
        return {}

    definition("cl100k_base", keep)
    program = (
        "import sys; sys.modules['toktok'] = None;"
        "from runner.text.tokens import count; print(count(['hello world']))"
    )
    environment = {"TIKTOKEN_CACHE_DIR": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "[2]\n"


def test_the_self_check_is_done_once(tmp_path: Path) -> None:
    """It leaves a note for this tokenizer and these versions."""
    require_exact_counts("cl100k_base", tmp_path)
    notes = list((tmp_path / "token-check").iterdir())
    require_exact_counts("cl100k_base", tmp_path)
    assert list((tmp_path / "token-check").iterdir()) == notes
    assert len(notes) == 1
    assert reference("cl100k_base").name == "cl100k_base"
