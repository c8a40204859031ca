"""One record on its way from a source to a training file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Records = Iterable["Record"]
"""What a step takes; it yields `Record`s again."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Why a record left: a label that is counted, and a detail that is only shown."""

    reason: str
    detail: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One record; never changed in place.

    `id` is `<source label>/<position>`; the pieces of a split record are `<id>#0`, `<id>#1`, ….
    `fields` holds the text: `prompt` and `completion`, or `text` (continued pre-training),
    and optionally `system`. `meta` holds what is not trained on, such as `category`.
    `document` is the id of the source record a piece was cut from: all pieces of one document
    stay on one side of the split.
    """

    id: str
    fields: Mapping[str, str]
    meta: Mapping[str, Any]
    document: str
    dropped: Drop | None = None
    tokens: tuple[str, int] | None = None
    """Tokenizer name and count over all trained fields, once something counted them."""

    def drop(self, reason: str, detail: str = "") -> Record:
        """The same record, marked as dropped. The pipeline files it and passes it to no later step."""
        return replace(self, dropped=Drop(reason, detail))

    def with_fields(self, fields: Mapping[str, str]) -> Record:
        """The same record with other text (and so without a token count)."""
        return Record(self.id, fields, self.meta, self.document)

    def pieces(self, parts: list[Mapping[str, str]]) -> Iterator[Record]:
        """The record cut into several."""
        for number, fields in enumerate(parts):
            yield Record(f"{self.id}#{number}", fields, self.meta, self.document)
