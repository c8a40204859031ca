"""Engines: the results of independent calls, in order."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from runner.building.engine import SMALL, Automatic, InProcess, Pool, engine_for
from runner.errors import RunnerError


def square(number: int) -> int:
    """A task."""
    return number * number


def where(_: int) -> int:
    """The process that does the task."""
    return os.getpid()


def dying(number: int) -> int:
    """A task that takes its worker down."""
    os._exit(number)


def failing(number: int) -> int:
    """A task that fails as expected."""
    raise RunnerError(f"task {number} cannot be done", fix="do another")


@pytest.mark.parametrize("engine", [InProcess(), Pool(2), Automatic()])
def test_results_come_in_the_order_of_the_tasks(engine: InProcess | Pool | Automatic) -> None:
    """Whoever is first."""
    assert list(engine.run(square, range(50))) == [number * number for number in range(50)]


def test_little_work_stays_in_this_process() -> None:
    """No worker is started for a few shards."""
    assert set(Automatic().run(where, range(SMALL))) == {os.getpid()}


def test_tasks_are_taken_as_they_are_needed() -> None:
    """A source of any size is not read ahead without bound."""
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    results = Pool(2).run(square, tasks())
    next(results)
    assert taken <= 10
    results.close()  # type: ignore[attr-defined]


def test_a_worker_that_dies_is_an_error_with_a_way_out() -> None:
    """Not a hang and not a traceback."""
    with pytest.raises(RunnerError, match="worker process ended"):
        list(Pool(2).run(dying, range(1, 4)))


def test_an_error_of_a_task_keeps_its_words() -> None:
    """Message and fix travel from the worker."""
    with pytest.raises(RunnerError, match="task 0 cannot be done") as caught:
        list(Pool(2).run(failing, range(2)))
    assert caught.value.fix == "do another"


def test_no_workers_is_refused() -> None:
    """`--workers 0` means nothing."""
    with pytest.raises(RunnerError, match="--workers is 0"):
        engine_for(0)
