"""Progress on standard error: a bar that is redrawn on a terminal, plain lines when piped."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass, field
from typing import TextIO

_WIDTH = 24
_LINE_EVERY_SECONDS = 10.0


@dataclass(slots=True)
class Progress:
    """Shows how far one stage is. `quiet` shows nothing (JSON output)."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    quiet: bool = False
    _last: float = 0.0

    def say(self, text: str) -> None:
        """One line that stays."""
        if not self.quiet:
            self.clear()
            print(text, file=self.stream, flush=True)

    def show(self, label: str, done: int, total: int | None, note: str = "") -> None:
        """How far a stage is; drawn ten times a second at most, or a line every ten seconds."""
        now = time.monotonic()
        interactive = self.stream.isatty()
        finished = total is not None and done >= total
        if self.quiet or (now - self._last < (0.1 if interactive else _LINE_EVERY_SECONDS) and not finished):
            return
        self._last = now
        text = f"{label}: {done}" + (f"/{total}" if total else "") + (f"  {note}" if note else "")
        if interactive:
            filled = int(_WIDTH * min(done / total, 1)) if total else 0
            bar = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] " if total else ""
            # A line that wraps could not be drawn over.
            line = f"{bar}{text}"[: shutil.get_terminal_size().columns - 1]
            self.stream.write(f"\r\x1b[2K{line}" + ("\n" if finished else ""))
            self.stream.flush()
        else:
            print(text, file=self.stream, flush=True)

    def clear(self) -> None:
        """Take away the bar of a stage that has ended otherwise than by reaching its total."""
        if not self.quiet and self.stream.isatty():
            self.stream.write("\r\x1b[2K")
            self.stream.flush()
