"""What is alive at AWS, as far as the ledger knows and AWS says: the second half of `runner status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.bedrock.cloud import Cloud
from runner.errors import RunnerError
from runner.hosting.burn import burn, reserved, row
from runner.hosting.home import cloud_at, identified, local_time, moment, time_at, vanished
from runner.hosting.table import burn_line, things_table
from runner.hosting.things import KINDS, found, is_ours
from runner.ledger import Entry, Ledger, Reservation
from runner.planning.money import dollars, total

_ENDED = ("Completed", "Failed", "Stopped", "NotStarted")


@dataclass(frozen=True, slots=True)
class Alive:
    """Things that may be billed, money set aside, and what could not be found out."""

    entries: tuple[Entry, ...]
    reservations: tuple[Reservation, ...]
    place: str
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries or self.reservations)

    @property
    def free(self) -> bool:
        """Whether all of it together is known to cost nothing."""
        rates = burn(self.entries)
        return not rates["unknown"] and rates["usd_per_month"] == "0"

    def as_dict(self) -> dict[str, Any]:
        """The members that `status` adds to its JSON."""
        return {
            "alive": [row(entry) for entry in self.entries],
            "burn": burn(self.entries),
            "reserved": reserved(self.reservations),
            "ledger": self.place,
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """The same for people."""
        lines = []
        if self.entries:
            lines += [things_table(self.entries), burn_line(burn(self.entries))]
        if any(entry.simulator for entry in self.entries):
            lines.append("What is simulated costs nothing.")
        if any(entry.state == "intended" for entry in self.entries):
            lines.append("?: it was asked for, and whether AWS made it is not known; cleanup looks.")
        if any(not one.simulator for one in self.reservations):
            real = [one for one in self.reservations if not one.simulator]
            usd = dollars(total([one.usd for one in real]))
            lines.append(f"reserved for {len(real)} job(s) under way: {usd} USD")
        if simulated := sum(bool(one.simulator) for one in self.reservations):
            lines.append(f"{simulated} simulated job(s) under way cost nothing")
        return [*lines, *self.notes]


def alive_now(ledger: Ledger, root: Path, recipe: Path | None, *, offline: bool) -> Alive:
    """Everything alive, or what one recipe made. AWS is asked about what is only intended, if it can be."""
    notes = () if offline else _settle(ledger)
    if recipe is None:
        entries, names = ledger.alive(), None
    else:
        from runner.hosting.choosing import of_recipe, recipe_names

        entries = of_recipe(ledger, recipe, root, others=True)
        names = {entry.recipe for entry in entries} | recipe_names(recipe, root)
    held = [
        one
        for one in ledger.reservations()
        if one.state == "open" and (names is None or (one.project == str(root) and one.recipe in names))
    ]
    return Alive(tuple(entries), tuple(held), ledger.place, notes)


def usd_now(run: Mapping[str, Any], entries: Sequence[Entry]) -> str | None:
    """What a run costs from now on: nothing, once it has ended and nothing that it made is left."""
    known = run.get("usd_now")
    if known is not None or run.get("executor") != "bedrock":
        return known
    left = [entry for entry in entries if entry.fingerprint == run.get("fingerprint") and not entry.simulator]
    return "0" if run.get("state") in _ENDED and not left else None


def _settle(ledger: Ledger) -> tuple[str, ...]:
    """Ask AWS about calls that got no answer and leases that are over; what cannot be asked is said."""
    unsure = [
        entry
        for entry in ledger.alive()
        if entry.kind in KINDS and (entry.state == "intended" or entry.expires or vanished(entry.simulator))
    ]
    clouds: dict[tuple[str, str, str], Cloud] = {}
    unasked: dict[str, str] = {}
    for entry in unsure:
        where = f"{entry.account} {entry.region}{' (simulated)' if entry.simulator else ''}".strip()
        if where in unasked:
            continue
        try:
            if vanished(entry.simulator):
                ledger.gone(entry, "its simulated AWS was deleted")
            else:
                _settle_one(ledger, entry, clouds)
        except RunnerError as error:
            unasked[where] = error.message
    return tuple(f"AWS was not asked in {where}: {why}" for where, why in unasked.items())


def _settle_one(ledger: Ledger, entry: Entry, clouds: dict[tuple[str, str, str], Cloud]) -> None:
    place = (entry.region, entry.simulator, entry.account)
    over = bool(entry.expires) and not entry.simulator and moment(entry.expires) <= local_time()
    if entry.state == "made" and not entry.simulator and not over:
        return
    if place not in clouds:
        # Only the account that a thing is in can say that it is gone.
        clouds[place] = identified(cloud_at(entry.region, entry.simulator), entry.account)
    cloud = clouds[place]
    if entry.simulator:
        over = bool(entry.expires) and moment(entry.expires) <= time_at(cloud)
    if entry.state == "made" and not over:
        return
    record = found(cloud, entry)
    if record is None and over:
        ledger.gone(entry, "its lease has ended")
    if entry.state == "intended" and record is not None and is_ours(cloud, entry, record):
        ledger.made(entry, str(record[KINDS[entry.kind].arn]))
