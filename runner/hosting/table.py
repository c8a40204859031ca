"""The burn rate for people: a table of what is alive within 100 columns, and one line with the sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runner.hosting.burn import HOURS_PER_MONTH, rate
from runner.ledger import Entry
from runner.planning.money import dollars
from runner.reporting.sweep_summary import aligned

_SPANS = ("hour", "day", "month")
_WIDTH = 100
_SHORTEST_NAME = 16
_HEAD = ("since", "USD/hour", "/day", "/month", "ends (UTC)")
_KINDS = {"provisioned-throughput": "throughput", "customization-job": "job", "training-data": "data"}


def things_table(entries: Sequence[Entry]) -> str:
    """Kind, name, since, costs and end of each, below the place where it is; JSON has everything whole."""
    cells = [
        [
            _minute(entry.created)[5:] if entry.created else "–",
            *(dollars(rate(entry, span)) for span in _SPANS),
            _minute(entry.expires) if entry.expires else "–",
        ]
        for entry in entries
    ]
    kinds = [_kind(entry) for entry in entries]
    others = [max(map(len, column)) + 2 for column in zip(_HEAD, *cells, strict=True)]
    room = max(_WIDTH - sum(others) - max(map(len, kinds), default=0) - 2, _SHORTEST_NAME)
    rows = [
        [kind, _short(entry.name, room), *row] for kind, entry, row in zip(kinds, entries, cells, strict=True)
    ]
    head, *lines = aligned([["kind", "name", *_HEAD], *rows], left={0, 1, 2, 6}).splitlines()
    places: dict[str, list[str]] = {}
    for entry, line in zip(entries, lines, strict=True):
        places.setdefault(_place(entry), []).append(line)
    return "\n".join([head, *(text for place, found in places.items() for text in (f"{place}:", *found))])


def burn_line(burn: Mapping[str, Any]) -> str:
    """What all of it costs."""
    hour, day, month = (dollars(burn[f"usd_per_{span}"]) for span in _SPANS)
    sums = f"{hour} USD an hour, {day} USD a day, {month} USD a month of {HOURS_PER_MONTH} hours"
    unknown = f", and {burn['unknown']} at prices that no source gives" if burn["unknown"] else ""
    return f"burn rate: {sums}{unknown}"


def _kind(entry: Entry) -> str:
    name = _KINDS.get(entry.kind, entry.kind)
    return f"{name}?" if entry.state == "intended" else name


def _place(entry: Entry) -> str:
    return "simulated" if entry.simulator else f"{entry.account} {entry.region}"


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


def _short(name: str, room: int) -> str:
    """A long name loses its middle: begin and end tell it from others."""
    if len(name) <= room:
        return name
    end = (room - 1) * 2 // 3
    return f"{name[: room - 1 - end]}…{name[-end:]}"
