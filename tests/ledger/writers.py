"""Runs as a process of its own: one ledger, one deed, so that tests can race and kill real processes."""

from __future__ import annotations

import sys
import time
from decimal import Decimal

from runner.errors import BudgetError
from runner.ledger import Entry, open_ledger
from runner.ledger.store import FileStore


def reserve(job: str, sweep: str) -> str:
    """Reserve 6 USD of 20 and say whether there was room."""
    try:
        open_ledger().reserve(
            job=job, project="p", recipe="r", sweep=sweep, usd=Decimal(6),
            max_usd=Decimal(20), max_usd_per_sweep=Decimal(20), account="1", region="us-east-1", simulator="",
        )  # fmt: skip
        return "reserved"
    except BudgetError:
        return "refused"


def intend(prefix: str, number: str) -> str:
    """Intend and make several things, one of them under a name that every writer uses."""
    ledger = open_ledger()
    for index in range(int(number)):
        entry = ledger.intend(Entry("custom-model", f"{prefix}-{index}", "1", "us-east-1", token=prefix))
        ledger.made(entry, f"arn:{prefix}-{index}")
    return ledger.intend(Entry("custom-model", "shared", "1", "us-east-1", token=prefix)).token


def die_inside(name: str) -> None:
    """Write an entry and wait inside the transaction until killed."""
    store = open_ledger().store
    assert isinstance(store, FileStore)
    with store._open("IMMEDIATE") as database:
        database.execute(
            "INSERT INTO reservations VALUES (?, '', '', '', '5', 'open', '', '', '', '')", (name,)
        )
        print("inside", flush=True)
        time.sleep(60)


if __name__ == "__main__":
    print(globals()[sys.argv[1]](*sys.argv[2:]))
