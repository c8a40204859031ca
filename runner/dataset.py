"""Stage `build`: from sources to training files, found again by the address of all that made them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.atomic import digest, write_json
from runner.building.corpus import Corpus, is_whole, open_corpus, write_corpus
from runner.building.fingerprint import code_digest, part_identity, plain, unicode_version
from runner.building.store import stored
from runner.model import Model
from runner.progress import Progress
from runner.reading.inputs import NamedInput, open_inputs
from runner.recipe import Recipe
from runner.seal import private_cache
from runner.text.tokens import tokenizer_of, versions

MANIFEST = "dataset.json"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A finished dataset: training files, `dropped.jsonl`, `index.json` and the manifest `dataset.json`."""

    address: str
    folder: Path
    manifest: Mapping[str, Any]
    """The content of `dataset.json`."""


def build(
    recipe: Recipe,
    model: Model,
    *,
    workers: int | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> Dataset:
    """The dataset of a recipe, built unless it is there already. `offline` refuses to fetch a source."""
    cache = private_cache(recipe.root)
    inputs = open_inputs(recipe, cache, offline=offline)
    tokenizer = tokenizer_of(model)
    corpus_address = _corpus_address(recipe, inputs, tokenizer)
    address = _dataset_address(recipe, corpus_address)

    def make(folder: Path) -> None:
        from runner.building.training_files import write_training_files

        corpus = _corpus(
            recipe, inputs, tokenizer, cache, corpus_address, workers, progress or Progress(quiet=True)
        )
        manifest = {"address": address, **write_training_files(folder, corpus, recipe, inputs, tokenizer)}
        write_json(folder / MANIFEST, manifest)

    folder = stored(cache / "datasets", address, make, _is_whole)
    return Dataset(address, folder, read_manifest(folder))


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder of a dataset or of a run."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    return manifest


def _is_whole(folder: Path) -> bool:
    """Whether every file is there at its full size: someone may have tidied up in the cache."""
    try:
        files = read_manifest(folder)["files"]
        return (folder / "index.json").exists() and all(
            (folder / name).stat().st_size == facts["bytes"] for name, facts in files.items()
        )
    except (OSError, ValueError, KeyError):
        return False


def _corpus(
    recipe: Recipe,
    inputs: list[NamedInput],
    tokenizer: str,
    cache: Path,
    address: str,
    workers: int | None,
    progress: Progress,
) -> Corpus:
    """The corpus of the recipe, built unless it is there already."""

    def make(folder: Path) -> None:
        from runner.building.engine import engine_for
        from runner.building.pipeline import Pipeline
        from runner.building.shard_cache import remove_leftovers
        from runner.text.token_check import require_exact_counts

        require_exact_counts(tokenizer, cache)
        remove_leftovers(cache / "shards")
        pipeline = Pipeline(recipe.steps, tokenizer, engine_for(workers), cache / "shards")
        sources = [named.rows() for named in inputs]
        write_corpus(folder, pipeline, sources, tokenizer, progress)

    return open_corpus(stored(cache / "corpora", address, make, is_whole))


def _corpus_address(recipe: Recipe, inputs: list[NamedInput], tokenizer: str) -> str:
    return digest(
        {
            "sources": [named.identity() for named in inputs],
            "steps": [part_identity("steps", part) for part in recipe.steps],
            "tokenizer": [tokenizer, versions()],
            "unicode": unicode_version(),
            "code": code_digest(["runner.building.corpus", "runner.building.pipeline"]),
        }
    )


def _dataset_address(recipe: Recipe, corpus: str) -> str:
    split = recipe.split
    return digest(
        {
            "corpus": corpus,
            "split": plain([split.validation, split.train_records, split.seed]),
            "format": part_identity("formats", recipe.format),
            # No byte of a record depends on them, but the manifest names them.
            "licences": [plain(part.options.get("licence")) for part in recipe.sources],
            "code": code_digest(["runner.building.training_files"]),
        }
    )
