"""The simulated time: real time, made faster or stopped, plus whatever a test advanced it by."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class Clock:
    """Seconds since 1970 in the simulated world: `start + (real - real_start) * rate`."""

    start: float
    real_start: float
    rate: float
    """Simulated seconds in a real second; 0 stands still."""

    @classmethod
    def begin(cls, rate: float) -> Clock:
        """A clock that shows the present now."""
        now = time.time()
        return cls(now, now, rate)

    def seconds(self) -> float:
        """The simulated time as seconds since 1970."""
        return self.start + (time.time() - self.real_start) * self.rate

    def now(self) -> datetime:
        """The simulated time, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def advance(self, seconds: float) -> None:
        """Jump forward."""
        if seconds < 0:
            raise ValueError("the clock does not go back")
        self.start += seconds

    def run_at(self, rate: float) -> None:
        """Change the speed from now on."""
        self.start, self.real_start, self.rate = self.seconds(), time.time(), rate
