"""Delete what costs money at AWS: deployments, throughput, custom and imported models, training data.

RECIPE: what its runs have made. --expired: what has outlived its lease. --all: everything that this project
has made, also what no ledger knows any more, by its tags. What other projects, machines or people have made
is told and left alone, unless --others is given. It may be interrupted and run again. A throughput with a
commitment stays until its term is over.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError
from runner.project import project_root

if TYPE_CHECKING:
    from runner.bedrock.cloud import Cloud
    from runner.hosting.cleaning import Cleaned
    from runner.ledger import Entry, Ledger


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner cleanup`."""
    parser.add_argument("recipe", metavar="RECIPE", nargs="?", help="a recipe, or the run folder of one job")
    parser.add_argument("--expired", action="store_true", help="what has outlived its lease")
    parser.add_argument(
        "--all", action="store_true", help="everything of this project, also what no ledger knows"
    )
    parser.add_argument(
        "--others", action="store_true", help="also what other projects and people made under its names"
    )
    parser.add_argument(
        "--region",
        metavar="REGION",
        action="append",
        default=[],
        help="look there too for what no ledger knows (repeatable)",
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be deleted, delete nothing")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask; required without a terminal")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Show, ask, delete. The exit code is 1 if anything that was chosen is still there."""
    from runner.hosting.burn import burn, row
    from runner.ledger import open_ledger

    if sum((args.recipe is not None, args.expired, args.all)) != 1:
        raise RunnerError(
            "say what to delete: a recipe, --expired, or --all", fix="--dry-run shows it, `runner status` too"
        )
    ledger = open_ledger()
    root = project_root(Path(args.recipe).absolute() if args.recipe else Path.cwd() / "recipe.yaml")
    clouds = _Clouds()
    chosen, notes = _chosen(args, ledger, root, clouds)
    quiet = args.format == "json"
    if not quiet:
        print(_shown(chosen, ledger.place, notes))
    done: list[Cleaned] = []
    if chosen and not args.dry_run and _agreed(args, len(chosen)):
        done = _delete(args, ledger, chosen, clouds)
    if not args.dry_run:
        _release(args, ledger, root, chosen, done)
    left = ledger.alive()
    if quiet:
        outcomes = {one.entry.id: {"outcome": one.outcome, "why": one.why} for one in done}
        things = [{**row(one), **outcomes.get(one.id, {"outcome": None, "why": ""})} for one in chosen]
        data = {"dry_run": args.dry_run, "things": things, "notes": notes, "burn": burn(left)}
        print(json.dumps(data, ensure_ascii=False, indent=2))
    elif done:
        print(_ended(done, burn(left)))
    return 1 if any(one.outcome in ("kept", "failed") for one in done) else 0


class _Clouds:
    """Clients by place, made once each."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Cloud] = {}

    def at(self, region: str, simulator: str) -> Cloud:
        """The clients of a region; who asks is known."""
        from runner.hosting.home import cloud_at, identified

        if (region, simulator) not in self._made:
            self._made[region, simulator] = identified(cloud_at(region, simulator))
        return self._made[region, simulator]

    def of(self, entry: Entry) -> Cloud:
        """The clients for a thing. Errors: `RunnerError` with another account's credentials."""
        cloud = self.at(entry.region, entry.simulator)
        if entry.account and entry.account != cloud.account:
            raise RunnerError(
                f"it is in account {entry.account}; these credentials are for {cloud.account}",
                fix="set AWS_PROFILE to that account's",
            )
        return cloud


def _chosen(
    args: argparse.Namespace, ledger: Ledger, root: Path, clouds: _Clouds
) -> tuple[list[Entry], list[str]]:
    """What is to go, in order, and notes on what is left out or could not be asked."""
    from runner.hosting.choosing import expired, of_recipe, with_orphans
    from runner.hosting.cleaning import in_order

    if args.recipe:
        return in_order(of_recipe(ledger, Path(args.recipe), root, others=args.others)), []
    if args.expired:
        entries, notes = expired(ledger, clouds.at)
        return in_order(entries), notes
    entries, notes = with_orphans(
        ledger, root, args.region, clouds.at, write=not args.dry_run, others=args.others
    )
    return in_order(entries), notes


def _agreed(args: argparse.Namespace, number: int) -> bool:
    if args.yes:
        return True
    if args.format == "json" or not sys.stdin.isatty():
        raise RunnerError("nobody is there to be asked", fix="add --yes to delete, or --dry-run to look")
    return input(f"Delete {number}? This cannot be undone. [y/N] ").strip().lower() in ("y", "yes")


def _delete(
    args: argparse.Namespace, ledger: Ledger, chosen: Sequence[Entry], clouds: _Clouds
) -> list[Cleaned]:
    from runner.hosting.cleaning import clean

    def say(text: str) -> None:
        if args.format != "json":
            print(text, flush=True)

    try:
        return clean(clouds.of, ledger, chosen, say, others=args.others)
    except KeyboardInterrupt:
        left = "what is left stands in the ledger and may cost money"
        raise KeyboardInterrupt(f"{left}; the same command goes on, `runner status` shows it") from None


def _release(
    args: argparse.Namespace, ledger: Ledger, root: Path, chosen: Sequence[Entry], done: Sequence[Cleaned]
) -> None:
    """Money that was set aside for jobs that no longer run is free again."""
    from runner.hosting.choosing import recipe_names

    if args.expired or (chosen and not done):
        return
    running = {entry.name for entry in ledger.alive() if entry.kind == "customization-job"}
    recipes = {entry.recipe for entry in chosen}
    if args.recipe:
        recipes |= recipe_names(Path(args.recipe), root)
    for one in ledger.reservations():
        mine = one.project == str(root) and (args.all or one.recipe in recipes)
        if one.state == "open" and mine and one.job not in running:
            ledger.release(one.job, "given up by cleanup; AWS's bill shows what a stopped job cost")


def _shown(chosen: Sequence[Entry], place: str, notes: Sequence[str]) -> str:
    from runner.hosting.table import things_table

    lines = [things_table(chosen)] if chosen else [f"nothing to delete ({place})"]
    return "\n".join([*lines, *notes])


def _ended(done: Sequence[Cleaned], burn: dict[str, Any]) -> str:
    from runner.hosting.table import burn_line

    left = [one for one in done if one.outcome in ("kept", "failed")]
    lines = [f"still there: {one.entry.kind} {one.entry.name}: {one.why}" for one in left]
    return "\n".join([*lines, burn_line(burn)])
