"""A step at work: counts that balance, and no record lost, invented or moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.building.step import Step, Tally, apply
from runner.errors import RunnerError
from runner.record import Record, Records

ACTIONS = ("keep", "change", "drop", "cut", "cut and drop", "same text")


def record(number: int) -> Record:
    """A record with a token count."""
    name = f"s/{number}"
    return Record(name, {"text": f"text {number}"}, {}, name, None, ("cl100k_base", 3))


def acting(actions: list[str]) -> Callable[[Records], Iterator[Record]]:
    """A step that does to each record what the list says."""

    def act(records: Records) -> Iterator[Record]:
        for one, action in zip(records, actions, strict=True):
            match action:
                case "keep":
                    yield one
                case "change":
                    yield replace(one, fields={"text": "other"})
                case "same text":
                    yield one.with_fields(dict(one.fields))
                case "drop":
                    yield one.drop("unwanted", "because")
                case _:
                    parts = list(one.pieces([{"text": "a"}, {"text": "b"}, {"text": "c"}]))
                    yield from parts[:2]
                    yield parts[2].drop("short") if action == "cut and drop" else parts[2]

    return act


def worked(
    function: Callable[..., Iterator[Record]], records: list[Record]
) -> tuple[list[Record], list[Record], Tally]:
    """What a step kept, what it dropped, and its counts."""
    tally, dropped = Tally("label", "kind"), list[Record]()
    kept = list(apply(Step("label", "kind", function, {}, "record"), records, tally, dropped.append))
    return kept, dropped, tally


@given(st.lists(st.sampled_from(ACTIONS)))
def test_counts_balance_for_whatever_a_step_does(actions: list[str]) -> None:
    """read + created = kept + dropped, and every number is what happened."""
    kept, dropped, tally = worked(acting(actions), [record(n) for n in range(len(actions))])
    tally.require_balance()
    assert (tally.read, tally.kept) == (len(actions), len(kept))
    assert tally.created == 2 * (actions.count("cut") + actions.count("cut and drop"))
    assert tally.changed == sum(actions.count(action) for action in ("change", "cut", "cut and drop"))
    assert (
        sum(tally.dropped.values()) == len(dropped) == actions.count("drop") + actions.count("cut and drop")
    )
    assert all(one.dropped and one.dropped.step == "label" for one in dropped)


def test_a_count_of_tokens_does_not_survive_a_change_of_the_text() -> None:
    """A step that forgets to drop the old count cannot smuggle it on."""
    kept, _, _ = worked(acting(["change", "keep"]), [record(0), record(1)])
    assert [one.tokens for one in kept] == [None, ("cl100k_base", 3)]


def test_a_step_that_tears_a_surrogate_pair_drops_the_record() -> None:
    """No tokenizer and no file takes the half: the record is filed under the step, the others go on."""

    def tear(records: Records) -> Iterator[Record]:
        return (one.with_fields({"text": "ok" if one.id == "s/0" else "\ud83d"}) for one in records)

    kept, dropped, tally = worked(tear, [record(n) for n in range(3)])
    tally.require_balance()
    assert [one.id for one in kept] == ["s/0"]
    assert tally.dropped == {"broken_text": 2}
    assert [one.dropped and one.dropped.detail for one in dropped] == ["half of a surrogate pair in text"] * 2


def losing(records: Records) -> Iterator[Record]:
    """Forgets the second record."""
    yield from (one for one in records if one.id != "s/1")


def losing_the_last(records: Records) -> Iterator[Record]:
    """Forgets the last record."""
    yield from list(records)[:-1]


def inventing(records: Records) -> Iterator[Record]:
    """Adds a record of its own."""
    yield from records
    yield record(99)


def repeating(records: Records) -> Iterator[Record]:
    """Yields a record twice."""
    for one in records:
        yield one
        yield one


def reordering(records: Records) -> Iterator[Record]:
    """Turns the order around."""
    yield from reversed(list(records))


def moving(records: Records) -> Iterator[Record]:
    """Makes a record part of another document."""
    for one in records:
        yield replace(one, document="s/0")


@pytest.mark.parametrize("bad", [losing, losing_the_last, inventing, repeating, reordering, moving])
def test_a_step_that_breaks_its_promise_is_named(bad: Callable[[Records], Iterator[Record]]) -> None:
    """Losing, inventing, repeating, reordering or moving a record is an error, never a wrong dataset."""
    with pytest.raises(RunnerError, match="the step label"):
        worked(bad, [record(n) for n in range(3)])


def test_wrong_options_of_a_step_are_an_error_with_its_name() -> None:
    """A step that refuses its options ends the build with a sentence."""

    def refusing(_: Records) -> Iterator[Record]:
        raise ValueError("max_tokens is 0")

    with pytest.raises(RunnerError, match=r"label .*max_tokens is 0"):
        worked(refusing, [])
