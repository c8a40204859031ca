"""The split: decided by content alone."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.building.split import sides, validation_size
from runner.recipe import Split

documents = st.lists(
    st.lists(st.sampled_from([f"{n:02x}" for n in range(40)]), min_size=1, max_size=4), max_size=40
)
"""Documents as the contents of their pieces; contents repeat, inside a document and between them."""
validations = st.one_of(st.floats(0, 0.99), st.integers(0, 50))


def flat(contents: list[list[str]]) -> tuple[list[str], list[str]]:
    """Documents and digests of all records."""
    pairs = [(f"d{n}", digest) for n, pieces in enumerate(contents) for digest in pieces]
    return [document for document, _ in pairs], [digest for _, digest in pairs]


@given(documents, validations, st.one_of(st.none(), st.integers(0, 60)), st.integers(0, 3))
def test_every_record_is_on_one_side_or_unused(
    contents: list[list[str]], validation: float | int, train: int | None, seed: int
) -> None:
    """Nothing is lost and nothing stands twice."""
    names, digests = flat(contents)
    split = sides(names, digests, Split(validation, train, seed))
    used = split.train + split.validation
    assert len(used) == len(set(used))
    assert len(used) + split.unused == len(names)
    assert train is None or len(split.train) <= train


@given(documents, validations)
def test_documents_and_duplicates_never_straddle(contents: list[list[str]], validation: float | int) -> None:
    """No piece of a validation document, and no copy of a validation record, is trained on."""
    names, digests = flat(contents)
    split = sides(names, digests, Split(validation, None, 0))
    for column in (names, digests):
        assert not {column[n] for n in split.train} & {column[n] for n in split.validation}


@given(documents, validations, st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_the_documents_does_not_matter(
    contents: list[list[str]], validation: float | int, seed: int, shuffler: random.Random
) -> None:
    """Shuffled sources give the same content in the same order on both sides."""
    shuffled = list(contents)
    shuffler.shuffle(shuffled)
    results = []
    for order in (contents, shuffled):
        names, digests = flat(order)
        split = sides(names, digests, Split(validation, None, seed))
        results.append([[digests[n] for n in side] for side in (split.train, split.validation)])
    assert results[0] == results[1]


@given(documents, st.integers(0, 30), st.integers(0, 30))
def test_training_sets_are_nested_and_validation_is_fixed(
    contents: list[list[str]], smaller: int, more: int
) -> None:
    """A smaller training set is the beginning of a larger one, with the same validation set."""
    names, digests = flat(contents)
    small = sides(names, digests, Split(0.1, smaller, 0))
    large = sides(names, digests, Split(0.1, smaller + more, 0))
    assert large.train[: len(small.train)] == small.train
    assert large.validation == small.validation


def test_later_additions_do_not_reshuffle() -> None:
    """As the data grow, a validation set of a fixed size only gives way to what ranks above it."""
    old, new = [f"{n:04x}" for n in range(1000)], [f"x{n}" for n in range(100)]
    held_out = []
    for digests in (old, old + new):
        split = sides(digests, digests, Split(100, None, 0))
        held_out.append([digests[n] for n in split.validation])
    before, after = held_out
    stayed = [digest for digest in after if digest in old]
    assert stayed == before[: len(stayed)]
    assert len(stayed) > 80


def test_the_seed_changes_the_sides() -> None:
    """Another seed is another ranking."""
    digests = [f"{n:04x}" for n in range(100)]
    first, second = (sides(digests, digests, Split(0.2, None, seed)).validation for seed in (0, 1))
    assert first != second
    assert Counter(map(len, (first, second))) == {20: 2}


@pytest.mark.parametrize(
    ("validation", "records", "groups", "size"),
    [(0.1, 15, 15, 2), (0.1, 14, 14, 1), (0.1, 2, 2, 1), (0.1, 1, 1, 0), (0.0, 9, 9, 0), (0, 9, 9, 0),
     (5, 9, 9, 5),
     (0.1, 25, 25, 3), (0.35, 10, 10, 4)],
)  # fmt: skip
def test_the_size_of_the_validation_set(
    validation: float | int, records: int, groups: int, size: int
) -> None:
    """A share is rounded half up by its decimal value, to 1 at least if two groups are there."""
    assert validation_size(validation, records, groups) == size
