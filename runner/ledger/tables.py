"""The ledger's tables and their version: the same for the file on this machine and the shared object."""

from __future__ import annotations

import sqlite3

from runner.errors import RunnerError

VERSION = 1

_TABLES = """
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, name TEXT NOT NULL,
  account TEXT NOT NULL, region TEXT NOT NULL, simulator TEXT NOT NULL,
  token TEXT NOT NULL, project TEXT NOT NULL, recipe TEXT NOT NULL, fingerprint TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intended', 'made', 'gone')),
  arn TEXT NOT NULL, usd TEXT, per TEXT CHECK (per IN ('hour', 'month', 'once')),
  created TEXT NOT NULL, expires TEXT NOT NULL, tags TEXT NOT NULL, why TEXT NOT NULL
);
CREATE UNIQUE INDEX alive ON entries (kind, name, account, region, simulator) WHERE state != 'gone';
CREATE TABLE reservations (
  job TEXT PRIMARY KEY,
  project TEXT NOT NULL, recipe TEXT NOT NULL, sweep TEXT NOT NULL, usd TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'booked', 'released')),
  account TEXT NOT NULL, region TEXT NOT NULL, simulator TEXT NOT NULL, created TEXT NOT NULL
);
CREATE TABLE journal (
  id INTEGER PRIMARY KEY, time TEXT NOT NULL, event TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL
);
"""


def prepare(database: sqlite3.Connection) -> None:
    """Make the tables of an empty database; call inside a transaction.

    Errors: `RunnerError` for a database that a newer version of this tool has written.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version > VERSION:
        raise RunnerError(
            f"the ledger has version {version}; this version of the tool reads {VERSION}",
            fix="upgrade bedrock-recipe-runner: what it lists may cost money",
        )
    # Statement by statement: `executescript` would commit the transaction around it.
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {VERSION}")
