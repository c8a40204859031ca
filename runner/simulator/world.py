"""The simulated world: documents by kind in SQLite, a clock, ids, settings, and what was asked of it."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from runner.simulator.clock import Clock
from runner.simulator.fixture import fixture

ACCOUNT = "123456789012"
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TABLES = """
CREATE TABLE IF NOT EXISTS documents (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE (kind, key)
);
CREATE TABLE IF NOT EXISTS blobs (kind TEXT, key TEXT, body BLOB, PRIMARY KEY (kind, key));
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One call: the operation, its members as the service model names them, and who asked where."""

    service: str
    operation: str
    params: dict[str, Any]
    region: str
    account: str = ACCOUNT
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class World:
    """All state. Everything that an operation writes is one transaction, under one lock."""

    def __init__(self, database: Path | None = None, *, rate: float = 0.0, seed: int | None = None) -> None:
        self.database = database
        self.lock = threading.RLock()
        self._sql = sqlite3.connect(
            database or ":memory:", check_same_thread=False, isolation_level=None, timeout=30
        )
        if database is not None:
            self._sql.execute("PRAGMA journal_mode=WAL")
            self._sql.execute("PRAGMA synchronous=NORMAL")  # survives a killed process
        self._sql.executescript(_TABLES)
        self.calls: list[str] = []
        """Operation names in the order in which they arrived, those of other services included."""
        self.problems: list[str] = []
        """What the simulator could not do; a test that leaves one here fails."""
        saved = self.get("world", "clock")
        self.clock = Clock(**saved) if saved else Clock.begin(rate)
        if not saved:
            self._save_clock()
            self.put("world", "ids", {"seed": secrets.token_hex(8) if seed is None else str(seed), "used": 0})

    def put(self, kind: str, key: str, document: dict[str, Any]) -> None:
        """Write a document; one that is there is replaced and keeps its place in the order."""
        body = json.dumps(document, ensure_ascii=False)
        with self.lock:
            self._sql.execute(
                "INSERT INTO documents (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                (kind, key, body),
            )

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """One document, or None."""
        with self.lock:
            row = self._sql.execute(
                "SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, key)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def find(self, kind: str, **equals: Any) -> list[dict[str, Any]]:
        """The documents of a kind whose members equal these, oldest first."""
        with self.lock:
            rows = self._sql.execute(
                "SELECT body FROM documents WHERE kind = ? ORDER BY seq", (kind,)
            ).fetchall()
        found = [json.loads(body) for (body,) in rows]
        return [each for each in found if all(each.get(name) == value for name, value in equals.items())]

    def delete(self, kind: str, key: str) -> None:
        """Remove a document, if it is there."""
        with self.lock:
            self._sql.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what the block writes."""
        with self.lock:
            if self._sql.in_transaction:
                yield
                return
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._sql.execute("ROLLBACK")
                raise
            self._sql.execute("COMMIT")

    def put_blob(self, kind: str, key: str, body: bytes) -> None:
        """Keep bytes."""
        with self.lock:
            self._sql.execute("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?)", (kind, key, body))

    def blobs(self, kind: str) -> list[tuple[str, bytes]]:
        """All bytes kept under a kind."""
        with self.lock:
            return self._sql.execute(
                "SELECT key, body FROM blobs WHERE kind = ? ORDER BY key", (kind,)
            ).fetchall()

    def blob_keys(self, kind: str) -> list[str]:
        """The names of all bytes kept under a kind."""
        with self.lock:
            return [row[0] for row in self._sql.execute("SELECT key FROM blobs WHERE kind = ?", (kind,))]

    def delete_blob(self, kind: str, key: str) -> None:
        """Remove bytes, if they are there."""
        with self.lock:
            self._sql.execute("DELETE FROM blobs WHERE kind = ? AND key = ?", (kind, key))

    def now(self) -> datetime:
        """The simulated time."""
        return self.clock.now()

    def stamp(self, seconds: float | None = None) -> str:
        """A time as documents and replies have it (ISO 8601, UTC); the present unless given in seconds."""
        from datetime import UTC

        moment = self.now() if seconds is None else datetime.fromtimestamp(seconds, UTC)
        return moment.isoformat(timespec="milliseconds")

    def seconds(self) -> float:
        """The simulated time as seconds since 1970."""
        return self.clock.seconds()

    def advance(self, seconds: float) -> None:
        """Let simulated time pass."""
        with self.transaction():
            self.clock.advance(seconds)
            self._save_clock()

    def run_at(self, rate: float) -> None:
        """Simulated seconds in a real second, from now on."""
        with self.transaction():
            self.clock.run_at(rate)
            self._save_clock()

    def id(self, length: int = 12) -> str:
        """A new id of lower-case letters and digits; the same ids again for the same seed."""
        with self.transaction():
            state = self.get("world", "ids") or {}
            state["used"] += 1
            self.put("world", "ids", state)
        number = int.from_bytes(hashlib.sha256(f"{state['seed']}:{state['used']}".encode()).digest(), "big")
        letters = []
        for _ in range(length):
            number, digit = divmod(number, 36)
            letters.append(_LETTERS[digit])
        return "".join(letters)

    def arn(self, region: str, resource: str) -> str:
        """`arn:aws:bedrock:<region>:<account>:<resource>`."""
        return f"arn:aws:bedrock:{region}:{ACCOUNT}:{resource}"

    def setting(self, name: str) -> Any:
        """A knob of the simulation (`fixtures/settings.json`), as changed by `set`."""
        changed = self.get("world", "settings") or {}
        return changed[name] if name in changed else fixture("settings")[name]["value"]

    def set(self, **values: Any) -> None:
        """Change knobs of the simulation."""
        unknown = sorted(values.keys() - fixture("settings").keys())
        if unknown:
            raise KeyError(f"no such setting: {', '.join(unknown)}")
        with self.transaction():
            self.put("world", "settings", {**(self.get("world", "settings") or {}), **values})

    def close(self) -> None:
        """Let go of the database."""
        self._sql.close()

    def _save_clock(self) -> None:
        self.put("world", "clock", asdict(self.clock))
