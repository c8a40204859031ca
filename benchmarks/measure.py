"""CPU seconds of whole commands with their children: comparable even on a machine that others use, too."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a command: user + system time of it and of all descendants that it waited for."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float
    """Of the largest single process."""
    output: str


@dataclass(frozen=True, slots=True)
class Row:
    """Several runs of one command."""

    name: str
    runs: tuple[Measured, ...]

    @property
    def least(self) -> float:
        """The run that others disturbed least."""
        return min(run.cpu_seconds for run in self.runs)

    @property
    def median(self) -> float:
        """The middle run."""
        return statistics.median(run.cpu_seconds for run in self.runs)


def measure(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str] | None = None
) -> Measured:
    """Run a command to its end. Errors: `SystemExit` with what it said when it fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        output.seek(0)
        said = output.read().decode(errors="replace")
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return Measured(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, said)


def repeat(name: str, times: int, once: Callable[[], Measured]) -> Row:
    """Measure the same thing several times."""
    return Row(name, tuple(once() for _ in range(times)))


def table(rows: Sequence[Row], *, base: str) -> str:
    """The rows as text; the ratio is to the row named `base`."""
    reference = next(row.least for row in rows if row.name == base)
    width = max(len(row.name) for row in rows)
    head = f"{'':<{width}} {'CPU s: min':>11} {'median':>7} {'wall s':>7} {'MB':>6} {'ratio':>7}  runs"
    lines = [
        f"{row.name:<{width}} {row.least:>11.2f} {row.median:>7.2f}"
        f" {min(run.wall_seconds for run in row.runs):>7.2f}"
        f" {max(r.peak_megabytes for r in row.runs):>6.0f} {row.least / reference:>6.1f}x  {len(row.runs)}"
        for row in rows
    ]
    return "\n".join([head, *lines])
