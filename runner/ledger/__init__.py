"""The ledger: every billable thing, written before the call that makes it, and the money set aside."""

from __future__ import annotations

from runner.ledger.entry import Entry, Reservation
from runner.ledger.ledger import Ledger
from runner.ledger.place import open_ledger

__all__ = ["Entry", "Ledger", "Reservation", "open_ledger"]
