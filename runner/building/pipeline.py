"""From rows to the records that are kept: shards through the first steps, then one merge in order.

A shard's result is a pure function of its bytes, the field mapping and those leading steps that look at
one record at a time. It is kept under the SHA-256 of just that: a killed build repeats only what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.atomic import digest
from runner.building.engine import Engine
from runner.building.fingerprint import code_digest, part_identity, unicode_version
from runner.building.outcome import Outcome, dropped_row
from runner.building.shard_cache import CachedRun
from runner.building.step import Step, Tally, apply, load_steps
from runner.reading.fields import mapping
from runner.reading.shard import Shard, Unreadable, rows
from runner.recipe import Part
from runner.record import Drop, Record
from runner.text.tokens import count, versions

READ = "read"
"""The pseudo step under which rows are counted that could not be read."""

File = Callable[[dict[str, Any]], None]
"""Takes the row of `dropped.jsonl` of each dropped record."""


@dataclass(frozen=True, slots=True)
class SourceRows:
    """One source as the pipeline needs it."""

    label: str
    fields: Mapping[str, str]
    limit: int | None
    shards: Callable[[], Iterator[Shard]]


@dataclass(frozen=True, slots=True)
class Task:
    """All that a shard's result depends on."""

    shard: Shard
    fields: tuple[tuple[str, str], ...]
    rows: int | None
    """Only so many rows of the shard, because of the source's `limit`."""
    steps: tuple[Part, ...]
    tokenizer: str


def run_shard(task: Task) -> Outcome:
    """The pure function: no clock, no randomness, nothing from outside but the code."""
    steps = load_steps(task.steps)
    reading, *tallies = _tallies(steps)
    dropped: list[dict[str, Any]] = []

    def file(record: Record) -> None:
        dropped.append(dropped_row(record))

    records: Iterable[Record] = _records(task, reading, file)
    for step, tally in zip(steps, tallies, strict=True):
        records = apply(step, records, tally, file)
    return Outcome(counted(list(records), task.tokenizer), [reading, *tallies], dropped)


def counted(records: list[Record], tokenizer: str) -> list[Record]:
    """The records with their token counts; those that no step has counted are counted in one batch."""
    uncounted = [n for n, record in enumerate(records) if not record.tokens or record.tokens[0] != tokenizer]
    if not uncounted:
        return records
    counts = iter(count([text for n in uncounted for text in records[n].fields.values()], tokenizer))
    result = list(records)
    for n in uncounted:
        old = records[n]
        total = sum([next(counts) for _ in old.fields])
        result[n] = Record(old.id, old.fields, old.meta, old.document, None, (tokenizer, total))
    return result


class Pipeline:
    """The work of one corpus. `tallies` (reading first) and `rows_read` are complete at the end."""

    def __init__(self, steps: Sequence[Part], tokenizer: str, engine: Engine, cache: Path) -> None:
        self.steps = load_steps(steps)
        self.tallies = _tallies(self.steps)
        self.rows_read: dict[str, int] = {}
        self._first = _shardable(self.steps)
        self._leading = tuple(steps[: self._first])
        self._tokenizer = tokenizer
        self._engine = engine
        self._run = CachedRun(run_shard, cache, self._address())

    def records(self, sources: Iterable[SourceRows], file: File) -> Iterator[Record]:
        """Every kept record in input order."""
        records: Iterable[Record] = self._merged(sources, file)
        for step, tally in zip(self.steps[self._first :], self.tallies[1 + self._first :], strict=True):
            records = apply(step, records, tally, lambda record: file(dropped_row(record)))
        yield from records
        for tally in self.tallies:
            tally.require_balance()

    def _merged(self, sources: Iterable[SourceRows], file: File) -> Iterator[Record]:
        for source in sources:
            before = self.tallies[0].read
            for outcome in self._engine.run(self._run, self._tasks(source)):
                for total, part in zip(self.tallies, outcome.tallies, strict=False):
                    total.add(part)
                for row in outcome.dropped:
                    file(row)
                yield from outcome.records
            self.rows_read[source.label] = self.tallies[0].read - before

    def _tasks(self, source: SourceRows) -> Iterator[Task]:
        fields = tuple(source.fields.items())
        for shard in source.shards():
            left = None if source.limit is None else source.limit - shard.first
            if left is not None and left <= 0:
                return
            yield Task(shard, fields, left, self._leading, self._tokenizer)

    def _address(self) -> str:
        """What every shard's result depends on besides the shard and its mapping."""
        return digest(
            {
                "steps": [part_identity("steps", part) for part in self._leading],
                "code": code_digest(["runner.building.pipeline"]),
                "unicode": unicode_version(),
                "tokenizer": [self._tokenizer, versions()],
            }
        )


def _tallies(steps: Sequence[Step]) -> list[Tally]:
    return [Tally(READ, READ), *(Tally(step.label, step.kind) for step in steps)]


def _shardable(steps: Sequence[Step]) -> int:
    """How many leading steps look at one record at a time, and so may run in the shards."""
    return next((n for n, step in enumerate(steps) if step.scope != "record"), len(steps))


def _records(task: Task, tally: Tally, file: Callable[[Record], None]) -> Iterator[Record]:
    make = mapping(dict(task.fields))
    label = task.shard.label
    for position, row in enumerate(rows(task.shard)[: task.rows], task.shard.first):
        tally.read += 1
        name = f"{label}/{position}"
        if isinstance(row, Unreadable):
            tally.dropped["unreadable"] = tally.dropped.get("unreadable", 0) + 1
            file(Record(name, {}, {}, name, Drop("unreadable", f"{row.place}: {row.why}", READ)))
        else:
            tally.kept += 1
            fields, meta = make(row)
            yield Record(name, fields, meta, name)
