"""Which things a cleanup is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from runner.bedrock.cloud import Cloud
from runner.errors import RunnerError
from runner.hosting.home import moment, time_at
from runner.hosting.homes import homes
from runner.hosting.orphans import orphans
from runner.ledger import Entry, Ledger
from runner.reporting.evidence import section
from runner.reporting.standing import runs_of_recipe
from runner.runs import RunFolder

At = Callable[[str, str], Cloud]
"""Clients for a region and simulator."""


def of_recipe(ledger: Ledger, path: Path, root: Path) -> list[Entry]:
    """What the runs of a recipe, or one run folder, have made. Errors: `RunnerError` for neither."""
    if path.is_dir():
        runs = [RunFolder(path)]
        names: set[str] = set()
    elif path.is_file():
        runs = runs_of_recipe(root, path)
        names = {_name(run) for run in runs} or {_stated(path)}
    else:
        raise RunnerError(f"there is no recipe {path}", fix="give the path of a recipe or of a run folder")
    fingerprints = {str((run.read("plan.json") or {}).get("fingerprint") or "-") for run in runs}
    mine = [row for row in ledger.alive() if row.project == str(root) or row.fingerprint in fingerprints]
    return [row for row in mine if row.recipe in names or row.fingerprint in fingerprints]


def expired(ledger: Ledger, at: At) -> list[Entry]:
    """What has outlived its lease, by the clock of where it is."""
    rows = [row for row in ledger.alive() if row.expires]
    return [row for row in rows if moment(row.expires) <= time_at(at(row.region, row.simulator))]


def with_orphans(
    ledger: Ledger, root: Path, regions: Iterable[str], at: At, *, write: bool
) -> tuple[list[Entry], list[str]]:
    """Everything alive, and this project's orphans, which are written into the ledger first.

    The second list says where could not be asked: the ledger's own things are known still.
    """
    entries = ledger.alive()
    known = {row.arn for row in entries if row.arn} | _named(entries)
    found, unasked = [*entries], []
    for region, simulator in homes(root, entries, regions):
        try:
            for orphan in orphans(at(region, simulator), root, known):
                if (orphan.kind, orphan.name, orphan.region) in _pairs(entries):
                    continue  # intended, and made: cleaning finds it by its name
                found.append(ledger.made(orphan, orphan.arn) if write else orphan)
        except RunnerError as error:
            unasked.append(f"{region}{' (simulated)' if simulator else ''}: {error.message}")
    return found, unasked


def _named(entries: Iterable[Entry]) -> set[str]:
    return {row.name for row in entries if row.name.startswith("arn:")}


def _pairs(entries: Iterable[Entry]) -> set[tuple[str, str, str]]:
    return {(row.kind, row.name, row.region) for row in entries}


def _name(run: RunFolder) -> str:
    return str(section(run.read("plan.json") or {}, "recipe").get("name") or run.path.parent.name)


def _stated(path: Path) -> str:
    """The name that the file itself states; nothing is composed to delete things."""
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        data = None
    return str(data.get("name") or path.stem) if isinstance(data, dict) else path.stem
