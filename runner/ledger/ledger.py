"""The ledger's interface: intend, made, gone for things; reserve, book, release for money."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from runner.errors import RunnerError
from runner.ledger import budget
from runner.ledger.entry import KINDS, Entry, Reservation
from runner.ledger.store import Store
from runner.planning.money import plain

_COLUMNS = tuple(field.name for field in fields(Entry))
_NAMED = tuple(column for column in _COLUMNS if column != "id")
_SAME = "kind = ? AND name = ? AND account = ? AND region = ? AND simulator = ? AND state != 'gone'"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every method is one transaction, and may be repeated after a crash: twice is once."""

    store: Store

    @property
    def place(self) -> str:
        """Where it lies, for people."""
        return self.store.place

    @property
    def is_shared(self) -> bool:
        """Whether others write to it too."""
        return self.place.startswith("s3://")

    def reserve(
        self,
        *,
        job: str,
        project: str,
        recipe: str,
        sweep: str,
        usd: Decimal,
        max_usd: Decimal | None,
        max_usd_per_sweep: Decimal | None,
        account: str,
        region: str,
        simulator: str,
    ) -> None:
        """Set `usd` aside for the job, if the limits leave room beside what other processes hold.

        The same job again changes nothing, also after its cost was booked. Errors: `BudgetError`.
        """
        wanted = Reservation(
            job, project, recipe, sweep, usd, "open", account, region, simulator, now()
        )  # fmt: skip

        def work(database: sqlite3.Connection) -> None:
            held = _reservations(
                database,
                "simulator = ? AND (state = 'open' OR job = ? OR sweep = ?)",
                simulator,
                job,
                sweep or "-",
            )
            if any(row.job == job and row.state == "booked" for row in held):
                return
            budget.require_room(wanted, held, max_usd, max_usd_per_sweep)
            database.execute(
                "INSERT OR REPLACE INTO reservations VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)",
                (job, project, recipe, sweep, plain(usd), account, region, simulator, wanted.created),
            )
            _note(database, "reserve", job, plain(usd))

        self.store.write(work)

    def intend(self, entry: Entry) -> Entry:
        """Write down what is about to be made. What is already intended or made is returned as it is.

        The call that follows uses the token of the returned entry.
        """
        if entry.kind not in KINDS:
            raise RunnerError(f"the ledger has no kind {entry.kind!r}")

        def work(database: sqlite3.Connection) -> Entry:
            return _same(database, entry) or _insert(database, entry)

        return self.store.write(work)

    def made(self, entry: Entry, arn: str) -> Entry:
        """AWS has answered: it exists. The price and the end of the lease are taken from `entry`."""

        def work(database: sqlite3.Connection) -> Entry:
            # Whatever somebody else did to the entry meanwhile: what exists is never forgotten.
            found = _same(database, entry) or _insert(database, entry)
            values = (arn, entry.usd, entry.per, entry.expires, found.id)
            database.execute(
                "UPDATE entries SET state = 'made', arn = ?, usd = ?, per = ?, expires = ? WHERE id = ?",
                values,
            )
            _note(database, "made", f"{entry.kind} {entry.name}", arn)
            return replace(found, state="made", arn=arn, usd=entry.usd, per=entry.per, expires=entry.expires)

        return self.store.write(work)

    def gone(self, entry: Entry, why: str) -> None:
        """It no longer exists, or never came to be. Gone twice is gone once."""

        def work(database: sqlite3.Connection) -> None:
            if found := _same(database, entry):
                database.execute("UPDATE entries SET state = 'gone', why = ? WHERE id = ?", (why, found.id))
                _note(database, "gone", f"{entry.kind} {entry.name}", why)

        self.store.write(work)

    def book(self, job: str, usd: Decimal) -> None:
        """The job's actual cost is known: it takes the place of what was reserved."""
        self._settle(job, "booked", usd)

    def release(self, job: str, why: str) -> None:
        """The job costs nothing (it was never started, or is given up): its money is free again."""
        self._settle(job, "released", None, why)

    def alive(self, project: str | None = None) -> list[Entry]:
        """Everything that is, or may be, billed; oldest first."""
        rows = self.store.read(lambda database: _entries(database, "state != 'gone'"))
        return [row for row in rows if project is None or row.project == project]

    def history(self) -> list[Entry]:
        """Every entry there ever was, oldest first."""
        return self.store.read(lambda database: _entries(database, "TRUE"))

    def find(self, kind: str, name: str, account: str, region: str, simulator: str = "") -> Entry | None:
        """The entry of something that is not gone, or None."""
        wanted = Entry(kind, name, account, region, simulator)
        return self.store.read(lambda database: _same(database, wanted))

    def reservations(self) -> list[Reservation]:
        """Every reservation, whatever its state, oldest first."""
        return self.store.read(_reservations)

    def _settle(self, job: str, state: str, usd: Decimal | None, why: str = "") -> None:
        def work(database: sqlite3.Connection) -> None:
            amount = None if usd is None else plain(usd)
            changed = database.execute(
                "UPDATE reservations SET state = ?, usd = coalesce(?, usd)"
                " WHERE job = ? AND state != 'booked'",
                (state, amount, job),
            )
            if changed.rowcount:
                _note(database, state, job, amount or why)

        self.store.write(work)


def now() -> str:
    """The time as the ledger writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _same(database: sqlite3.Connection, entry: Entry) -> Entry | None:
    found = _entries(database, _SAME, entry.kind, entry.name, entry.account, entry.region, entry.simulator)
    return found[0] if found else None


def _insert(database: sqlite3.Connection, entry: Entry) -> Entry:
    fresh = replace(entry, state="intended", created=now())
    marks = ", ".join("?" * len(_NAMED))
    inserted = database.execute(f"INSERT INTO entries ({', '.join(_NAMED)}) VALUES ({marks})", _row(fresh))
    _note(database, "intend", f"{entry.kind} {entry.name}", entry.token)
    return replace(fresh, id=int(inserted.lastrowid or 0))


def _entries(database: sqlite3.Connection, where: str, *values: str) -> list[Entry]:
    rows = database.execute(f"SELECT {', '.join(_COLUMNS)} FROM entries WHERE {where} ORDER BY id", values)
    found = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    return [Entry(**{**row, "tags": json.loads(row["tags"])}) for row in found]


def _row(entry: Entry) -> list[Any]:
    tags = json.dumps(dict(entry.tags), ensure_ascii=False)
    return [tags if column == "tags" else getattr(entry, column) for column in _NAMED]


def _reservations(database: sqlite3.Connection, where: str = "TRUE", *values: str) -> list[Reservation]:
    names = tuple(field.name for field in fields(Reservation))
    rows = database.execute(
        f"SELECT {', '.join(names)} FROM reservations WHERE {where} ORDER BY rowid", values
    )
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return [Reservation(**{**row, "usd": Decimal(row["usd"])}) for row in found]


def _note(database: sqlite3.Connection, event: str, subject: str, detail: str) -> None:
    """The journal is for people: what happened when, in order."""
    values = (now(), event, subject, detail)
    database.execute("INSERT INTO journal (time, event, subject, detail) VALUES (?, ?, ?, ?)", values)
