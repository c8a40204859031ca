"""Training and validation by the rank of each document's content: nothing else decides, not even the order.

Documents that share a record (exact duplicates) form one group, and all records of a group stay on one side.
Groups are ranked by SHA-256(seed, content). Validation takes groups from the top of the ranking until it has
its number of records; a group that would overshoot is passed over. Training takes the rest in the order of
the ranking, cut after `train_records`: a smaller training set is literally the beginning of a larger one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from runner.recipe import Split


@dataclass(frozen=True, slots=True)
class Sides:
    """Positions of records: in the order in which they are written."""

    train: list[int]
    validation: list[int]
    unused: int


def sides(documents: Sequence[str], digests: Sequence[str], split: Split) -> Sides:
    """The split of records, given by their document and the digest of their content."""
    groups = ranked_groups(documents, digests, split.seed)
    wanted = validation_size(split.validation, len(documents), len(groups))
    validation: list[int] = []
    rest: list[int] = []
    for group in groups:
        side = validation if len(validation) + len(group) <= wanted else rest
        side.extend(group)
    train = rest if split.train_records is None else rest[: split.train_records]
    return Sides(train, validation, len(rest) - len(train))


def validation_size(validation: float | int, records: int, groups: int) -> int:
    """How many records validation wants: a share is rounded half up, to 1 at least for two groups."""
    if isinstance(validation, int) and not isinstance(validation, bool):
        return validation
    share = Fraction(str(validation))  # the decimal that was written, not its binary neighbour
    if share <= 0 or groups < 2:
        return 0
    return max(1, floor(share * records + Fraction(1, 2)))


def ranked_groups(documents: Sequence[str], digests: Sequence[str], seed: int) -> list[list[int]]:
    """Positions of the records, grouped and ranked. Inside a group the order is that of content, too."""
    of_document: dict[str, list[int]] = {}
    for position, document in enumerate(documents):
        of_document.setdefault(document, []).append(position)
    parents = _united(of_document.values(), digests)
    members: dict[str, list[list[int]]] = {}
    for positions in of_document.values():
        members.setdefault(_root(parents, digests[positions[0]]), []).append(positions)
    ranked = []
    for contents in members.values():
        contents.sort(key=lambda positions: [digests[position] for position in positions])
        group = [position for positions in contents for position in positions]
        smallest = min([digests[position] for position in group]) if len(group) > 1 else digests[group[0]]
        ranked.append((hashlib.sha256(f"{seed}:{smallest}".encode()).digest(), group))
    ranked.sort()
    return [group for _, group in ranked]


def _united(documents: Iterable[list[int]], digests: Sequence[str]) -> dict[str, str]:
    """Which contents belong together because some document holds both; those that stand alone are absent."""
    parents: dict[str, str] = {}
    for positions in documents:
        if len(positions) > 1:
            first = _root(parents, digests[positions[0]])
            for position in positions[1:]:
                other = _root(parents, digests[position])
                if other != first:
                    parents[other] = first
    return parents


def _root(parents: dict[str, str], content: str) -> str:
    root = content
    while (above := parents.get(root)) is not None:
        root = above
    while (above := parents.get(content)) is not None and above != root:
        parents[content], content = root, above
    return root
