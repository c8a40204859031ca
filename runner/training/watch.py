"""When to stop early: on a signal, or when the process that started the training is gone."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from dataclasses import dataclass
from types import FrameType

_PR_SET_PDEATHSIG = 1


class Stopped(Exception):
    """Raised between two micro-batches; the state of the last whole step is then saved."""


@dataclass(slots=True)
class Watch:
    """Asked often, cheap to ask. `parent` is the process that must stay alive."""

    parent: int
    stopping: bool = False

    def start(self) -> None:
        """From here on SIGTERM, SIGINT and the parent's death ask for a stop instead of killing."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        if sys.platform == "linux":
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    def check(self) -> None:
        """Errors: `Stopped` if the training should end here."""
        if self.stopping or os.getppid() != self.parent:
            raise Stopped

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True
