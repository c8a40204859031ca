"""Which ledger is used: one file per user, or the team's on S3.

The choice is the user's environment alone. A recipe cannot make it: a pull request must not be able to move
or blind the record of what costs money.
"""

from __future__ import annotations

import os
from pathlib import Path

from runner.ledger.ledger import Ledger
from runner.ledger.store import FileStore

SHARED = "RUNNER_LEDGER"
"""`s3://bucket/key` of a ledger that a team shares."""


def open_ledger() -> Ledger:
    """The ledger of this user, or the shared one that `RUNNER_LEDGER` names. Nothing is read yet."""
    if uri := os.environ.get(SHARED):
        from runner.ledger.shared import shared_store

        return Ledger(shared_store(uri))
    return Ledger(FileStore(state_home() / "ledger.sqlite"))


def state_home() -> Path:
    """Per-user folder of what must not be lost: `$RUNNER_STATE`, else the platform's state folder."""
    if stated := os.environ.get("RUNNER_STATE"):
        return Path(stated).expanduser() / "bedrock-recipe-runner"
    top = os.environ.get("XDG_STATE_HOME")
    return (Path(top) if top else Path.home() / ".local" / "state") / "bedrock-recipe-runner"
