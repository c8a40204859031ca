"""A model's own tokenizer from a file of the user's: found, checked, and used for what is in doubt."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner.errors import RunnerError
from runner.model import Model, load_model
from runner.text import own_tokenizer as home
from runner.text.counting import counter_for
from runner.text.own_tokenizer import own_tokenizer, ranks_digest

# A vocabulary of Llama 3's kind, made here: every byte, and a few merges.
RANKS: dict[bytes, int] = {
    token: rank
    for rank, token in enumerate(
        [
            *(bytes([byte]) for byte in range(256)),
            b"he",
            b"ll",
            b"hell",
            b"hello",
            "東".encode()[:2],
            "東".encode(),
        ]
    )
}


@pytest.fixture
def llama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """Llama 3.3 whose published vocabulary is the made one, and a cache home of its own."""
    monkeypatch.setenv("RUNNER_CACHE", str(tmp_path))
    real = load_model("meta.llama3-3-70b-instruct-v1:0")
    published = {**real.data["tokens"]["published"], "ranks_sha256": ranks_digest(RANKS)}
    return replace(real, data={**real.data, "tokens": {**real.data["tokens"], "published": published}})


def as_lines() -> bytes:
    """The form of Llama 3's tokenizer.model."""
    return b"".join(b"%s %d\n" % (base64.b64encode(token), rank) for token, rank in RANKS.items())


def as_json() -> bytes:
    """The form of a tokenizer.json: bytes stand there as letters."""
    letters = {byte: letter for letter, byte in home._byte_letters().items()}
    vocabulary = {"".join(letters[byte] for byte in token): rank for token, rank in RANKS.items()}
    return json.dumps({"model": {"type": "BPE", "vocab": vocabulary}}).encode()


def put(name: str, content: bytes) -> Path:
    """Put a file where the user would."""
    folder = home.home("llama3")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_without_a_file_counts_are_estimates(llama: Model) -> None:
    """cl100k_base, with Llama's own bounds."""
    counter = counter_for(llama)
    assert (counter.name, counter.exact) == ("cl100k_base", False)
    bounds = counter.bounds(1000, "latin")
    assert bounds.low < bounds.high == 1000


@pytest.mark.parametrize(
    ("name", "content"), [("tokenizer.model", as_lines()), ("tokenizer.json", as_json())]
)
def test_either_file_counts_exactly(llama: Model, name: str, content: bytes) -> None:
    """The vocabulary decides, not the file's form."""
    put(name, content)
    counter = counter_for(llama)
    assert (counter.name, counter.exact) == ("llama3", True)
    assert counter.count(["hello hello", "東", ""]) == [3, 1, 0]
    bounds = counter.bounds(5, "japanese")
    assert bounds.low == bounds.high == 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (as_lines().replace(b"255\n", b"9999\n"), "is not the llama3 tokenizer"),
        (b"\x0a\x0e not a vocabulary", "holds no byte-level vocabulary"),
        (b"", "is not the llama3 tokenizer"),
    ],
)
def test_another_file_is_refused(llama: Model, content: bytes, message: str) -> None:
    """A wrong count that looks exact would be worse than an estimate."""
    put("tokenizer.model", content)
    home._ranks.cache_clear()
    with pytest.raises(RunnerError, match=message):
        own_tokenizer(llama)


def test_a_broken_json_is_refused(llama: Model) -> None:
    """So is a tokenizer.json of another kind."""
    endless = b'{"model": {"vocab": {"a": 1e999}}}'
    for content in (b"{", endless, json.dumps({"model": {"vocab": [["a", 0.1]]}}).encode()):
        put("tokenizer.json", content)
        home._ranks.cache_clear()
        with pytest.raises(RunnerError, match="holds no byte-level vocabulary"):
            own_tokenizer(llama)


@pytest.mark.usefixtures("llama")
def test_models_without_a_published_tokenizer_look_nowhere() -> None:
    """Whatever lies in the folder."""
    put("tokenizer.model", as_lines())
    assert own_tokenizer(load_model("amazon.nova-micro-v1:0")) is None


def test_records_in_doubt_are_counted(llama: Model, tmp_path: Path) -> None:
    """D110 (perhaps too long) becomes silence or D109 once the user has the tokenizer."""
    from checks.test_dataset_checks import dataset, recipe

    from runner import plugins

    method: dict[str, Any] = {**llama.data["methods"]["fine_tuning"]}
    method["limits"] = {"record_tokens": {"maximum": 10, "source": "llama_tokenizer"}}
    small = replace(llama, data={**llama.data, "methods": {"fine_tuning": method}})
    built = dataset(tmp_path, [11, 12], [])
    rows = ["hello", "hello" + " hello" * 12]
    (tmp_path / "train.jsonl").write_text(
        "".join(json.dumps({"prompt": row, "completion": ""}) + "\n" for row in rows)
    )
    check = plugins.load("checks.dataset", "tokens")
    assert [finding.code for finding in check(recipe(), small, built)] == ["D110"]
    put("tokenizer.model", as_lines())
    home._ranks.cache_clear()
    (finding,) = check(recipe(), small, built)
    assert finding.code == "D109"
    assert "1 record has (train/1 (12))" in finding.message


def test_no_byte_of_a_dataset_depends_on_it(llama: Model, tmp_path: Path) -> None:
    """Same address, same counts, with the file and without."""
    from plan.plan_project import make_project

    from runner.check import check
    from runner.dataset import build

    recipe = check(make_project(tmp_path)).recipe
    before = build(recipe, llama)
    put("tokenizer.model", as_lines())
    home._ranks.cache_clear()
    assert counter_for(llama).exact
    after = build(recipe, llama)
    assert (after.address, after.manifest) == (before.address, before.manifest)
