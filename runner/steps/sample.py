"""Keep a fixed number of records, chosen without regard to their order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from heapq import nsmallest

from runner.record import Record, Records

SCOPE = "dataset"


def sample(everything: Records, *, records: int = 1000, seed: int = 0) -> Iterator[Record]:
    """Keep `records` records, chosen by a hash of their ids: the same ones on every machine and in any order.

    The order of the input stays. A larger sample with the same seed holds every record of a smaller one. To
    choose how many of the finished records are trained on, use `split.train_records` instead: it leaves the
    validation set as it is.

    `records`: how many records are kept; all of them if there are fewer.
    `seed`: another seed makes another choice.

    Drops with reason `not_sampled`: the record was not chosen.
    """
    if records < 1:
        raise ValueError(f"records is {records}, but must be at least 1")

    def kept() -> Iterator[Record]:
        held = list(everything)
        chosen = set(nsmallest(records, range(len(held)), key=lambda place: _rank(seed, held[place].id)))
        for place, record in enumerate(held):
            yield record if place in chosen else record.drop("not_sampled")

    return kept()


def _rank(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=16).digest()
