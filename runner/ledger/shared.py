"""Where a team's ledger lies: one S3 object, replaced whole and only if nobody else replaced it meanwhile.

The object is the same SQLite database as the file on one machine. A write reads it, does its work in memory,
and puts it back with `If-Match` (`If-None-Match: *` the first time); a refused put is done again on the new
state. Every method of the ledger may be repeated, so a put whose reply was lost does no harm either.
"""

from __future__ import annotations

import contextlib
import random
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from runner.aws.connection import Connection
from runner.aws.refusals import error_code, explained
from runner.errors import RunnerError
from runner.ledger.tables import prepare

T = TypeVar("T")

PATIENCE_SECONDS = 120.0
"""How long one write competes with others before it gives up."""

_LOST = {"PreconditionFailed", "ConditionalRequestConflict"}
_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+[^/])", re.ASCII)


def shared_store(uri: str) -> SharedStore:
    """The store at `s3://bucket/key`. Errors: `RunnerError` for another form."""
    if not (match := _URI.fullmatch(uri)):
        raise RunnerError(f"RUNNER_LEDGER is {uri!r}, not s3://bucket/key", fix="or unset it: a file is used")
    return SharedStore(match[1], match[2], Connection().client("s3"))


@dataclass(frozen=True, slots=True)
class SharedStore:
    """A ledger's database in S3. Its bucket says who may read it; keep the bucket's versions on."""

    bucket: str
    key: str
    s3: Any

    @property
    def place(self) -> str:
        """The object's URI."""
        return f"s3://{self.bucket}/{self.key}"

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work's result on the object as it is now."""
        with contextlib.closing(_opened(self._fetch()[0])) as database:
            return work(database)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The work's result, once S3 has taken the new state."""
        deadline, wait = time.monotonic() + PATIENCE_SECONDS, 0.02
        while True:
            data, etag = self._fetch()
            with contextlib.closing(_opened(data)) as database:
                before = database.total_changes
                result = work(database)
                unchanged = database.total_changes == before and etag
                database.execute("COMMIT")
                if unchanged or self._put(database.serialize(), etag):
                    return result
            if time.monotonic() > deadline:
                raise RunnerError(f"{self.place}: others keep writing to the ledger", fix="run it again")
            time.sleep(random.uniform(0, wait))
            wait = min(wait * 2, 1.0)

    def _fetch(self) -> tuple[bytes, str]:
        """The object and its ETag; nothing at all before the first write."""
        with explained(f"reading the ledger {self.place}"):
            try:
                reply = self.s3.get_object(Bucket=self.bucket, Key=self.key)
                return reply["Body"].read(), str(reply["ETag"])
            except Exception as error:
                if error_code(error) == "NoSuchKey":
                    return b"", ""
                raise

    def _put(self, data: bytes, etag: str) -> bool:
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        with explained(f"writing the ledger {self.place}"):
            try:
                self.s3.put_object(Bucket=self.bucket, Key=self.key, Body=data, **condition)
            except Exception as error:
                # NoSuchKey: somebody deleted the object between our read and this write.
                if error_code(error) in _LOST or (etag and error_code(error) == "NoSuchKey"):
                    return False
                raise
        return True


def _opened(data: bytes) -> sqlite3.Connection:
    """The database in memory, inside a transaction."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        if data:
            # A copy of a user's own file says that it has a write-ahead log, which memory has not.
            database.deserialize(data[:18] + b"\x01\x01" + data[20:])
        database.execute("BEGIN IMMEDIATE")
        prepare(database)
    except sqlite3.Error as error:
        database.close()
        raise RunnerError(
            f"the shared ledger is no ledger: {error}", fix="check RUNNER_LEDGER, or restore a version of it"
        ) from None
    except RunnerError:
        database.close()
        raise
    return database
