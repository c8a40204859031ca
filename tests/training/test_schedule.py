"""What an epoch, a batch and a learning rate mean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.training.schedule import learning_rate

steps = st.integers(1, 400)


@given(steps, st.integers(0, 500))
def test_the_rate_rises_over_the_warm_up_and_then_falls_to_zero(total: int, warmup: int) -> None:
    """Linear up, linear down, never above the peak, never negative, never zero while a step is left."""
    rates = [learning_rate(step, peak=2.0, warmup=warmup, steps=total) for step in range(total)]
    assert all(0 < rate <= 2.0 for rate in rates)
    assert rates[: warmup + 1] == sorted(rates[: warmup + 1])
    assert rates[warmup:] == sorted(rates[warmup:], reverse=True)
    if warmup < total:
        assert max(rates) == 2.0
        assert learning_rate(total, peak=2.0, warmup=warmup, steps=total) == 0.0


def test_known_rates() -> None:
    """Two steps of warm-up, four of decay."""
    rates = [learning_rate(step, peak=1.0, warmup=2, steps=6) for step in range(6)]
    assert rates == [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]


@pytest.mark.slow
@given(st.integers(1, 60), st.integers(1, 9), st.integers(1, 3), st.integers(0, 5))
def test_every_epoch_sees_every_record_once(records: int, batch: int, epochs: int, seed: int) -> None:
    """A permutation an epoch, the last short batch kept, batches of the stated size."""
    from runner.training.batches import Schedule

    schedule = Schedule(records, batch, epochs, seed)
    seen = [schedule.indices(step) for step in range(schedule.steps)]
    for epoch in range(epochs):
        part = seen[epoch * schedule.steps_per_epoch : (epoch + 1) * schedule.steps_per_epoch]
        assert sorted(index for indices in part for index in indices) == list(range(records))
        assert all(len(indices) == batch for indices in part[:-1])


@pytest.mark.slow
@given(st.lists(st.integers(1, 300), min_size=1, max_size=20), st.integers(1, 600))
def test_pieces_hold_every_record_and_keep_to_the_budget(lengths: list[int], budget: int) -> None:
    """Padding counts; only a record that is longer than the budget by itself may pass it."""
    from runner.training.batches import micro_batches

    parts: list[Any] = [SimpleNamespace(name=n, tokens=[0] * length) for n, length in enumerate(lengths)]
    pieces = micro_batches(parts, budget)
    assert sorted(part.name for piece in pieces for part in piece) == list(range(len(lengths)))
    for piece in pieces:
        width = max(len(part.tokens) for part in piece)
        assert len(piece) * width <= budget or len(piece) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("losses", "threshold", "waiting"),
    [
        ([3.0, 2.0, 1.0], 0.1, 0),
        ([3.0, 2.0, 1.95], 0.1, 1),
        ([3.0, 2.0, 2.1, 2.2], 0.0, 2),
        ([3.0, 2.0, 1.95, 1.89], 0.1, 0),
        ([3.0, 3.0], 0.0, 1),
        ([3.0], 0.0, 0),
    ],
)
def test_early_stopping_counts_validations_without_improvement(
    losses: list[float], threshold: float, waiting: int
) -> None:
    """An improvement below the threshold does not count, and adds up until it does."""
    from runner.training.loop import waited

    assert waited(losses, threshold) == waiting
