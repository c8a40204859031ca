"""The burn rate for people: a table of what is alive, and one line with the sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runner.hosting.burn import rate
from runner.ledger import Entry
from runner.planning.money import dollars
from runner.reporting.sweep_summary import aligned

_SPANS = ("hour", "day", "month")
_WIDEST = 48


def things_table(entries: Sequence[Entry]) -> str:
    """Kind, name, since, costs, end and place of each."""
    head = ["kind", "name", "state", "since", "USD/hour", "/day", "/month", "ends", "where"]
    rows = [
        [
            entry.kind,
            _short(entry.name),
            entry.state,
            entry.created,
            *(_amount(entry, span) for span in _SPANS),
            entry.expires or "–",
            "simulated" if entry.simulator else f"{entry.account} {entry.region}",
        ]
        for entry in entries
    ]
    return str(aligned([head, *rows], left={0, 1, 2, 3, 7, 8}))


def burn_line(burn: Mapping[str, Any]) -> str:
    """What all of it costs."""
    sums = ", ".join(f"{dollars(burn[f'usd_per_{span}'])} USD a {span}" for span in _SPANS)
    unknown = f", and {burn['unknown']} at prices that no source gives" if burn["unknown"] else ""
    return f"burn rate: {sums}{unknown}"


def _short(name: str) -> str:
    """A long name keeps its end, which tells it from others; JSON has it whole."""
    return name if len(name) <= _WIDEST else f"…{name[1 - _WIDEST :]}"


def _amount(entry: Entry, span: str) -> str:
    return dollars(rate(entry, span))
