"""Runs N independent calls and returns their results in order: here, or in worker processes."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

from runner.errors import RunnerError
from runner.local.hardware import usable_threads

if TYPE_CHECKING:
    from concurrent.futures import Future

Task = TypeVar("Task")
Result = TypeVar("Result")

IN_FLIGHT_PER_WORKER = 4
SMALL = 16
"""Up to this many tasks (shards of about 2 MB) starting worker processes costs more than it saves."""


class Engine(Protocol):
    """What the build needs of an engine. `function` and tasks must be picklable, the function pure."""

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """`function` of every task, in the order of the tasks."""


class InProcess:
    """One call after the other, in this process."""

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """`function` of every task, in the order of the tasks."""
        return map(function, tasks)


class Pool:
    """Worker processes that end with this one, however it ends."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """`function` of every task, in the order of the tasks; few results are held at any time."""
        import multiprocessing
        from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

        # spawn: a fork would copy this process' threads' locks, and what it happened to have imported.
        executor = ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"), _start_worker)
        try:
            yield from _in_order(executor.submit, function, tasks, self.workers * IN_FLIGHT_PER_WORKER)
        except BrokenProcessPool:
            raise RunnerError(
                "a worker process ended unexpectedly (out of memory?)", fix="use fewer: --workers 1"
            ) from None
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


class Automatic:
    """In this process for little input, in worker processes for more."""

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """`function` of every task, in the order of the tasks."""
        rest = iter(tasks)
        first = list(itertools.islice(rest, SMALL + 1))
        workers = usable_threads()
        small = len(first) <= SMALL or workers == 1
        engine: Engine = InProcess() if small else Pool(workers)
        return engine.run(function, itertools.chain(first, rest))


def engine_for(workers: int | None) -> Engine:
    """The engine for `--workers`: None decides by the amount of work."""
    if workers is None:
        return Automatic()
    if workers < 1:
        raise RunnerError(f"--workers is {workers}", fix="use 1 or more")
    return InProcess() if workers == 1 else Pool(workers)


def _in_order(
    submit: Callable[[Callable[[Task], Result], Task], Future[Result]],
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    most: int,
) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    for task in tasks:
        waiting.append(submit(function, task))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it: not even when it is killed."""
    import multiprocessing
    import signal
    import threading
    from multiprocessing.connection import wait

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def leave_with_parent() -> None:
            wait([parent.sentinel])
            os._exit(1)

        threading.Thread(target=leave_with_parent, daemon=True).start()
