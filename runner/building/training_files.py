"""Writes the files of a dataset: a corpus, split, in the model's format, and the manifest's numbers."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import __version__
from runner.building.corpus import DROPPED, Corpus, Index
from runner.building.fingerprint import unicode_version
from runner.building.manifest import drops, statistics, totals
from runner.building.split import Sides, sides
from runner.plugins import load
from runner.recipe import Part
from runner.text.tokens import versions

if TYPE_CHECKING:
    from runner.reading.inputs import NamedInput
    from runner.recipe import Recipe

TRAIN, VALIDATION, ROWS = "train.jsonl", "validation.jsonl", "index.json"


def write_training_files(
    folder: Path, corpus: Corpus, recipe: Recipe, inputs: Iterable[NamedInput], tokenizer: str
) -> dict[str, Any]:
    """Write every file but the manifest into `folder`; the manifest, without its address, is returned."""
    import orjson

    index = corpus.index()
    split = sides(index.documents, index.digests, recipe.split)
    held_out = list(_lines(corpus, index, split.validation, recipe.format))
    overlap = _Overlap(held_out)
    files = {TRAIN: _write(folder / TRAIN, overlap.watch(_lines(corpus, index, split.train, recipe.format)))}
    if held_out:
        files[VALIDATION] = _write(folder / VALIDATION, held_out)
    files[DROPPED] = _copy(corpus.folder / DROPPED, folder / DROPPED)
    _write(folder / ROWS, [orjson.dumps(_columns(index, split))])
    read = corpus.summary["sources"]
    steps = [row for row in corpus.summary["steps"] if row["kind"] != "read" or row["dropped"]]
    return {
        "format": recipe.format.kind,
        "sources": [named.manifest_row(read[named.part.label]) for named in inputs],
        "steps": steps,
        "totals": totals(corpus.summary["steps"], split),
        "dropped": drops(steps),
        **statistics(index, split, tokenizer),
        "overlap": overlap.found,
        "files": files,
        "samples": _samples(folder / TRAIN),
        "versions": {
            "runner": __version__,
            "unicode": unicode_version(),
            "tokenizer": tokenizer,
            **versions(),
        },
    }


def _lines(corpus: Corpus, index: Index, order: list[int], format: Part) -> Iterator[bytes]:
    import orjson

    write_row = load("formats", format.kind)
    options = {key: value for key, value in format.options.items() if value is not None}
    for record in corpus.records(index, order):
        yield orjson.dumps(write_row(record, **options)) + b"\n"


def _write(file: Path, lines: Iterable[bytes]) -> dict[str, Any]:
    """Write the lines; their number, size and SHA-256."""
    records = size = 0
    whole = hashlib.sha256()
    with file.open("wb", buffering=1 << 20) as handle:
        for line in lines:
            handle.write(line)
            whole.update(line)
            records += 1
            size += len(line)
    return {"records": records, "bytes": size, "sha256": whole.hexdigest()}


class _Overlap:
    """Counts rows held out for validation that still turn up: the split cannot know what a format omits."""

    def __init__(self, held_out: Iterable[bytes]) -> None:
        self.held_out = frozenset(held_out)
        self.found = 0

    def watch(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The same lines."""
        for line in lines:
            self.found += line in self.held_out
            yield line


def _copy(source: Path, target: Path) -> dict[str, Any]:
    shutil.copyfile(source, target)
    content = target.read_bytes()
    return {
        "records": content.count(b"\n"),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _columns(index: Index, split: Sides) -> Mapping[str, Any]:
    """Id, tokens and script of each row of the training files, for checks and reports."""
    return {
        side: {
            "ids": [index.ids[n] for n in order],
            "tokens": [index.tokens[n] for n in order],
            "scripts": [index.scripts[n] for n in order],
        }
        for side, order in (("train", split.train), ("validation", split.validation))
    }


def _samples(file: Path) -> list[Any]:
    import orjson

    with file.open("rb") as handle:
        return [orjson.loads(line) for line, _ in zip(handle, range(3), strict=False)]
