"""Where a ledger's database lies: here, a file of this user. Every write is one exclusive transaction."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from runner.errors import RunnerError
from runner.ledger.tables import prepare

T = TypeVar("T")

BUSY_SECONDS = 30.0
"""How long a process waits for another one's transaction, which takes milliseconds."""


class Store(Protocol):
    """What a ledger needs: reading, and writing all or nothing against everybody else."""

    @property
    def place(self) -> str:
        """Where it is, for people."""
        ...

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work's result on a consistent state."""
        ...

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work's result; its changes are durable on return. The work may be run more than once."""
        ...


@dataclass(frozen=True, slots=True)
class FileStore:
    """A SQLite file in WAL mode that only its user can read. Threads and processes may share it."""

    file: Path

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self.file)

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work's result on one snapshot. Looking makes no file."""
        if not self.file.exists():
            return _on_nothing(work)
        with self._open("DEFERRED") as database:
            return work(database)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work's result, committed to disk."""
        with self._open("IMMEDIATE") as database:
            return work(database)

    @contextlib.contextmanager
    def _open(self, mode: str) -> Iterator[sqlite3.Connection]:
        self._make()
        try:
            database = sqlite3.connect(self.file, timeout=BUSY_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        with contextlib.closing(database):
            try:
                database.execute("PRAGMA journal_mode = WAL")
                # A power cut must not forget what was promised before a billable call.
                database.execute("PRAGMA synchronous = FULL")
                if database.execute("PRAGMA user_version").fetchone() == (0,):
                    mode = "IMMEDIATE"
                database.execute(f"BEGIN {mode}")
                prepare(database)
                yield database
                database.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._unusable(error) from None

    def _make(self) -> None:
        """The file exists for its owner alone before SQLite, which would ask the umask, opens it."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: sqlite3.Error | OSError) -> RunnerError:
        fix = "nothing billable is started without it; free the disk, or look at the file with sqlite3"
        if "locked" in str(error):
            fix = "another process has held it for too long: end that process, then run the command again"
        return RunnerError(f"the ledger {self.file} cannot be used: {error}", fix=fix)


def _on_nothing(work: Callable[[sqlite3.Connection], T]) -> T:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute("BEGIN")
        prepare(database)
        return work(database)
