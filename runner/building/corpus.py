"""The corpus: every record that all steps kept, on disk under the address of all it was made from.

The split and the training files are made from it, so that recipes that differ only there share the work.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from runner.atomic import write_json
from runner.building.pipeline import Pipeline, SourceRows, counted
from runner.progress import Progress
from runner.record import Record
from runner.text.scripts import script_language
from runner.text.token_bounds import script_of

_BATCH = 2000
_WORTH_SHOWING = 20_000
RECORDS, INDEX, DROPPED, SUMMARY = "records.jsonl", "index.json", "dropped.jsonl", "corpus.json"


@dataclass(frozen=True, slots=True)
class Index:
    """What the split and the manifest need to know of every kept record, a column each, in input order."""

    ids: list[str]
    documents: list[str]
    digests: list[str]
    """SHA-256 (hex) of the trained fields."""
    tokens: list[int]
    characters: list[int]
    categories: list[str]
    """`meta.category` as text; empty if there is none."""
    languages: list[str]
    scripts: list[str]
    """The class of text whose token bounds hold."""
    ends: list[int]
    """Where each record ends in the file of records."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A finished corpus."""

    folder: Path
    summary: Mapping[str, Any]
    """`read` per source, the rows of `steps`, and the `bytes` of the files."""

    def index(self) -> Index:
        """The columns of all records."""
        import orjson

        return Index(**orjson.loads((self.folder / INDEX).read_bytes()))

    def records(self, index: Index, order: Sequence[int]) -> Iterator[Record]:
        """The records at these positions, in this order."""
        import orjson

        if not order:
            return
        with (
            (self.folder / RECORDS).open("rb") as handle,
            mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            for number in order:
                start = index.ends[number - 1] if number else 0
                fields, meta = orjson.loads(content[start : index.ends[number]])
                yield Record(index.ids[number], fields, meta, index.documents[number])


def is_whole(folder: Path) -> bool:
    """Whether every file is there at its full size: someone may have tidied up in the cache."""
    try:
        sizes = json.loads((folder / SUMMARY).read_bytes())["bytes"]
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError):
        return False


def open_corpus(folder: Path) -> Corpus:
    """A corpus that is whole."""
    return Corpus(folder, json.loads((folder / SUMMARY).read_bytes()))


def write_corpus(
    folder: Path, pipeline: Pipeline, sources: Iterable[SourceRows], tokenizer: str, progress: Progress
) -> None:
    """Run the pipeline and write its records, the dropped ones and the counts into `folder`."""
    import orjson

    index = Index([], [], [], [], [], [], [], [], [])
    with (folder / RECORDS).open("wb") as kept, (folder / DROPPED).open("wb") as dropped:

        def file(row: dict[str, Any]) -> None:
            dropped.write(orjson.dumps(row) + b"\n")

        records = pipeline.records(sources, file)
        end = 0
        while batch := list(islice(records, _BATCH)):
            for record in counted(batch, tokenizer):
                line = orjson.dumps((record.fields, record.meta)) + b"\n"
                kept.write(line)
                end += len(line)
                _note(index, record, end)
            if len(index) >= _WORTH_SHOWING:
                progress.show("records kept", len(index), None)
        progress.show("records kept", len(index), len(index))
    (folder / INDEX).write_bytes(orjson.dumps(index))
    steps = [tally.as_dict() for tally in pipeline.tallies]
    sizes = {name: (folder / name).stat().st_size for name in (RECORDS, INDEX, DROPPED)}
    write_json(folder / SUMMARY, {"sources": pipeline.rows_read, "steps": steps, "bytes": sizes})


def content_digest(fields: Mapping[str, str]) -> str:
    """SHA-256 (hex) of trained fields; equal for exact duplicates, whatever their id and meta."""
    whole = hashlib.sha256()
    for name in sorted(fields):
        text = fields[name].encode()
        # Lengths keep ("ab", "c") and ("a", "bc") apart.
        whole.update(b"%s %d:%s" % (name.encode(), len(text), text))
    return whole.hexdigest()


def _note(index: Index, record: Record, end: int) -> None:
    text = "\n".join(record.fields.values())
    category = record.meta.get("category", "")
    index.ids.append(record.id)
    index.documents.append(record.document)
    index.digests.append(content_digest(record.fields))
    index.tokens.append(record.tokens[1] if record.tokens else 0)
    index.characters.append(sum([len(value) for value in record.fields.values()]))
    index.categories.append(
        category if isinstance(category, str) else json.dumps(category, ensure_ascii=False)
    )
    index.languages.append(script_language(text))
    index.scripts.append(script_of(text))
    index.ends.append(end)
