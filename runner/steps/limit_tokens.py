"""Split or drop records that are longer than the model takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from runner.record import Record, Records
from runner.text.characters import well_formed
from runner.text.pieces import SMALLEST_LIMIT, pieces
from runner.text.tokens import count

SCOPE = "record"

_BATCH = 512
"""Records counted in one call."""


def limit_tokens(
    records: Records,
    *,
    max_tokens: int = 4096,
    tokenizer: Literal["cl100k_base", "o200k_base"] = "cl100k_base",
    action: Literal["drop", "split"] = "drop",
    min_tokens: int = 0,
) -> Iterator[Record]:
    """Drop records over a number of tokens, or split them at sentence ends; none gets past this step.

    The tokens of a record are those of all its trained fields together, counted by the named tokenizer; for a
    model whose own tokenizer is not published this is an estimate, so leave a margin.

    Splitting takes as many whole sentences (Japanese or Latin) as fit into a piece; a sentence that is too
    long by itself is cut after a line, then after a phrase or word, then between two characters, never inside
    one. The pieces joined are the text. Only a record whose sole field is `text` can be split: half an answer
    is no answer, so a record with a prompt is dropped even then.

    `max_tokens`: most tokens of a record.
    `tokenizer`: the tokenizer that counts.
    `action`: what happens to a longer record: `drop`, or `split` for continued pre-training.
    `min_tokens`: the last piece of a split text is dropped if it has fewer tokens; 0 keeps it.

    Drops with reason `too_many_tokens`: the record is over `max_tokens` and was not split.
    Drops with reason `short_piece`: the rest of a split text is below `min_tokens`.
    """
    if max_tokens < SMALLEST_LIMIT:
        raise ValueError(f"max_tokens is {max_tokens}, but must be at least {SMALLEST_LIMIT}")
    if not 0 <= min_tokens <= max_tokens:
        raise ValueError(f"min_tokens is {min_tokens}, but must be from 0 to max_tokens, {max_tokens}")
    limit = _Limit(max_tokens, min_tokens, tokenizer, action == "split")

    def limited() -> Iterator[Record]:
        rest = iter(records)
        while batch := list(islice(rest, _BATCH)):
            for record in _counted(batch, tokenizer):
                yield from limit.applied(record)

    return limited()


@dataclass(frozen=True, slots=True)
class _Limit:
    max_tokens: int
    min_tokens: int
    tokenizer: str
    split: bool

    def applied(self, record: Record) -> Iterator[Record]:
        """The counted record, or its pieces."""
        tokens = record.tokens[1] if record.tokens else 0
        if tokens <= self.max_tokens:
            yield record
        elif self.split and set(record.fields) == {"text"}:
            yield from self._pieces(record)
        else:
            yield record.drop("too_many_tokens", f"{tokens} tokens, at most {self.max_tokens} are allowed")

    def _pieces(self, record: Record) -> Iterator[Record]:
        # Counted, and written, without halves of surrogate pairs: no tokenizer and no file takes them.
        cut = pieces(well_formed(record.fields["text"]), self.max_tokens, self._count)
        made = record.pieces([{"text": piece.text} for piece in cut])
        for number, (piece, part) in enumerate(zip(made, cut, strict=True), start=1):
            counted = replace(piece, tokens=(self.tokenizer, part.tokens))
            short = number == len(cut) > 1 and part.tokens < self.min_tokens
            yield counted.drop("short_piece", f"{part.tokens} tokens") if short else counted

    def _count(self, texts: Sequence[str]) -> list[int]:
        return count(texts, self.tokenizer)


def _counted(batch: Sequence[Record], tokenizer: str) -> Iterator[Record]:
    """The records with their number of tokens, all counted in one call but those that have one."""
    fresh = [record for record in batch if not (record.tokens and record.tokens[0] == tokenizer)]
    numbers = iter(
        count([well_formed(text) for record in fresh for text in record.fields.values()], tokenizer)
    )
    uncounted = {id(record) for record in fresh}
    for record in batch:
        if id(record) in uncounted:
            yield replace(record, tokens=(tokenizer, sum(islice(numbers, len(record.fields)))))
        else:
            yield record
