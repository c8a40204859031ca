"""What became of one shard, and its form as bytes: kept in the cache, sent between processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from runner.building.step import Tally
from runner.record import Record
from runner.text.characters import well_formed

_LEVEL = 1  # more would cost more than the disk it saves
_TEXT_LIMIT = 2000


@dataclass(slots=True)
class Outcome:
    """Kept records, counts per step (the reading first), and dropped records as rows of `dropped.jsonl`."""

    records: list[Record]
    tallies: list[Tally]
    dropped: list[dict[str, Any]] = field(default_factory=list)
    packed: bytes = b""
    """`pack` of the outcome, once something asked for it."""

    def __reduce__(self) -> tuple[Callable[[bytes], Outcome], tuple[bytes]]:
        # Another process gets the packed form: pickling every record would take ten times as long.
        return unpack, (self.packed or pack(self),)


def dropped_row(record: Record) -> dict[str, Any]:
    """The row of `dropped.jsonl`: who, where and why, with the beginning of the text."""
    drop = record.dropped
    if drop is None:
        raise AssertionError(f"record {record.id} was kept")
    detail = well_formed(drop.detail)
    row: dict[str, Any] = {"id": record.id, "step": drop.step, "reason": drop.reason, "detail": detail}
    if record.document != record.id:
        row["document"] = record.document
    row["fields"] = {name: _beginning(text) for name, text in record.fields.items()}
    return row


def pack(outcome: Outcome) -> bytes:
    """The outcome as compressed JSON that carries its own checksum."""
    import orjson
    import zstandard

    data = {
        "tallies": [tally.as_dict() for tally in outcome.tallies],
        "dropped": outcome.dropped,
        "records": [[r.id, r.document, r.fields, r.meta, r.tokens] for r in outcome.records],
    }
    return zstandard.ZstdCompressor(_LEVEL, write_checksum=True).compress(orjson.dumps(data))


def unpack(packed: bytes) -> Outcome:
    """The inverse of `pack`. Errors: `ValueError` when the bytes are torn or changed."""
    import orjson
    import zstandard

    try:
        data = orjson.loads(zstandard.ZstdDecompressor().decompress(packed))
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from None
    records = [
        Record(id, fields, meta, document, None, (tokens[0], tokens[1]) if tokens else None)
        for id, document, fields, meta, tokens in data["records"]
    ]
    return Outcome(records, [Tally.from_dict(row) for row in data["tallies"]], data["dropped"], packed)


def _beginning(text: str) -> str:
    whole = len(text) <= _TEXT_LIMIT
    return well_formed(text if whole else f"{text[:_TEXT_LIMIT]}… ({len(text)} characters)")
