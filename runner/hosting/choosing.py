"""Which things a cleanup is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from runner.bedrock.cloud import Cloud
from runner.bedrock.ownership import owner
from runner.errors import RunnerError
from runner.hosting.home import moment, time_at, vanished
from runner.hosting.orphans import orphans
from runner.hosting.search_places import search_places
from runner.hosting.things import OTHERS
from runner.ledger import Entry, Ledger
from runner.reporting.evidence import section
from runner.reporting.standing import runs_of_recipe
from runner.runs import RunFolder

_SHORT = 12
At = Callable[[str, str], Cloud]
"""Clients for a region and simulator."""


def of_recipe(ledger: Ledger, path: Path, root: Path, *, others: bool = False) -> list[Entry]:
    """What the runs of a recipe, or one run folder, have made. Errors: `RunnerError` for neither."""
    names, proven = recipe_names(path, root), _fingerprints(path, root)
    # A run that was killed early has no job yet: its plan may speak for things of its own project.
    stated = {str(_plan(RunFolder(path)).get("fingerprint") or "-")} if path.is_dir() else set()

    def meant(row: Entry) -> bool:
        here = row.project == str(root) and (row.recipe in names or row.fingerprint in stated)
        return here or row.fingerprint in proven

    return [row for row in ledger.alive() if meant(row) and (others or _ours(ledger, row))]


def recipe_names(path: Path, root: Path) -> set[str]:
    """What a recipe's jobs are called in the ledger; nothing for a run folder."""
    if path.is_dir():
        return set()
    if not path.is_file():
        raise RunnerError(f"there is no recipe {path}", fix="give the path of a recipe or of a run folder")
    return {_name(run) for run in runs_of_recipe(root, path)} or {_stated(path)}


def of_project(ledger: Ledger, root: Path) -> list[Entry]:
    """What this project has made, on this machine if the ledger is shared."""
    return [row for row in ledger.alive() if row.project == str(root) and _ours(ledger, row)]


def expired(ledger: Ledger, at: At) -> tuple[list[Entry], list[str]]:
    """What has outlived its lease, by the clock of where it is, and where could not be asked for the time."""
    rows = [row for row in ledger.alive() if row.expires and not vanished(row.simulator)]
    found, notes = [], []
    for place in sorted({(row.region, row.simulator) for row in rows}):
        try:
            now = time_at(at(*place))
        except RunnerError as error:
            notes.append(f"not asked in {_where(*place)}: {error.message}")
            continue
        here = [row for row in rows if (row.region, row.simulator) == place]
        found += [row for row in here if moment(row.expires) <= now]
    return found, notes


def with_orphans(
    ledger: Ledger, root: Path, regions: Iterable[str], at: At, *, write: bool, others: bool
) -> tuple[list[Entry], list[str]]:
    """What the project has made, and its orphans, which are written into the ledger first.

    `others`: all of the ledger, and what carries the project's name, whoever made it. The second list says
    what was left out, and where could not be asked: the ledger's own things are known still.
    """
    entries = ledger.alive()
    chosen = entries if others else of_project(ledger, root)
    found, notes = [*chosen], _left_out(len(entries) - len(chosen))
    known = {row.arn for row in entries if row.arn} | _named(entries)
    places = search_places(root, entries, regions)
    if not places:
        notes.append("not looked for what no ledger knows: no region is known here; add --region")
    for region, simulator in places:
        try:
            for orphan in orphans(at(region, simulator), root, known):
                if _place(orphan) in map(_place, entries):
                    continue  # intended, and made: cleaning finds it by its name
                maker = orphan.tags.get("runner:owner", "an unknown owner")
                if not (others or simulator or maker == owner(str(root))):
                    notes.append(f"not deleted: {orphan.kind} {orphan.name} of {maker}; {OTHERS}")
                    continue
                found.append(ledger.made(orphan, orphan.arn) if write else orphan)
        except RunnerError as error:
            notes.append(
                f"not looked for what no ledger knows in {_where(region, simulator)}: {error.message}"
            )
    return found, notes


def _where(region: str, simulator: str) -> str:
    return f"{region}{' (simulated)' if simulator else ''}"


def _left_out(number: int) -> list[str]:
    if not number:
        return []
    return [f"{number} more in the ledger, of other projects or people: `runner status` lists it; {OTHERS}"]


def _ours(ledger: Ledger, row: Entry) -> bool:
    """In a ledger of this user everything is; in a team's, what was made on this machine."""
    made_by = row.tags.get("runner:owner")
    return not ledger.is_shared or made_by in (None, owner(row.project))


def _fingerprints(path: Path, root: Path) -> set[str]:
    """Of the runs whose job this user's runner wrote: others may name any model that is not theirs."""
    runs = [RunFolder(path)] if path.is_dir() else runs_of_recipe(root, path)
    found = set()
    for run in runs:
        fingerprint = str(_plan(run).get("fingerprint") or "")
        if len(fingerprint) >= _SHORT and fingerprint[:_SHORT] in str((run.job() or {}).get("name") or ""):
            found.add(fingerprint)
    return found


def _named(entries: Iterable[Entry]) -> set[str]:
    return {row.name for row in entries if row.name.startswith("arn:")}


def _place(row: Entry) -> tuple[str, str, str, str, str]:
    return row.kind, row.name, row.account, row.region, row.simulator


def _plan(run: RunFolder) -> Mapping[str, Any]:
    try:
        found = run.read("plan.json")
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _name(run: RunFolder) -> str:
    return str(section(_plan(run), "recipe").get("name") or run.path.parent.name)


def _stated(path: Path) -> str:
    """The name that the file itself states; nothing is composed to delete things."""
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        data = None
    return str(data.get("name") or path.stem) if isinstance(data, dict) else path.stem
