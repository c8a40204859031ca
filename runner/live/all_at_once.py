"""Many questions at once, and an interrupt that waits for none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any


def all_at_once(questions: Sequence[Callable[[], Any]], threads: int) -> list[Any]:
    """The answer to each, in their order; what one of them raises is raised here.

    The threads end with the process: after Ctrl-C nobody waits until a silent service has timed out. So the
    questions must be ones that may be broken off, as those that only read may.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()
    for number in range(len(questions)):
        waiting.put(number)

    def work() -> None:
        while True:
            try:
                number = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put((number, questions[number](), None))
            except BaseException as error:
                done.put((number, None, error))

    for _ in range(min(threads, len(questions))):
        Thread(target=work, daemon=True).start()
    answers: dict[int, Any] = {}
    while len(answers) < len(questions):
        number, answer, error = done.get()
        if error is not None:
            raise error
        answers[number] = answer
    return [answers[number] for number in range(len(questions))]
