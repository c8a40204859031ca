"""List the runs and sweeps of a project: their state, losses, and what costs money now.

RECIPE limits the list to the runs of one recipe; without it, all runs of the project around the working
directory are listed. Below them stands everything that the ledger knows to be alive, of every project: what
it costs by the hour, day and month, since when, and when its lease ends. Where the answer of a call was lost,
AWS is asked what became of it, unless --offline is given.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError
from runner.project import project_root

if TYPE_CHECKING:
    from runner.hosting.standing import Alive

_NOTHING_BILLS = "Nothing costs money now: every run listed is on this machine."


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner status`."""
    parser.add_argument("recipe", metavar="RECIPE", nargs="?", help="a recipe: list its runs only")
    parser.add_argument(
        "--all", action="store_true", help="list every run of the project that RECIPE belongs to"
    )
    parser.add_argument("--offline", action="store_true", help="ask nobody, show what is written here")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: text)"
    )
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    from runner.hosting.standing import usd_now
    from runner.reporting.standing import project_runs, run_row, runs_of_recipe, sweep_rows

    root = _root(args.recipe)
    if args.recipe and not args.all:
        rows = [run_row(one) for one in runs_of_recipe(root, Path(args.recipe))]
        sweeps = sweep_rows(root, {row["name"] for row in rows})
    else:
        rows, sweeps = [run_row(one) for one in project_runs(root)], sweep_rows(root)
    alive = _alive(args, root)
    for row in rows:
        row["usd_now"] = usd_now(row, alive.entries)
    rows.sort(key=lambda row: (str(row.get("started") or ""), row["name"], row["fingerprint"]))
    if args.format == "json":
        known = all(row.get("usd_now") == "0" for row in rows)
        now = "0" if known and alive.free else None
        data = {"project": str(root), "usd_now": now, "runs": rows, "sweeps": sweeps, **alive.as_dict()}
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print(_text(root, rows, sweeps, alive))
    return 0


def _alive(args: argparse.Namespace, root: Path) -> Alive:
    """What the ledger knows, of the recipe or of everything."""
    from runner.hosting.standing import alive_now
    from runner.ledger import open_ledger

    recipe = Path(args.recipe) if args.recipe and not args.all else None
    return alive_now(open_ledger(), root, recipe, offline=args.offline)


def _root(recipe: str | None) -> Path:
    if recipe is None:
        # The project around the working directory: the one a recipe lying here would belong to.
        return project_root(Path.cwd() / "recipe.yaml")
    if not Path(recipe).is_file():
        raise RunnerError(
            f"there is no recipe {recipe}", fix="give the path of a recipe, or nothing for the whole project"
        )
    return project_root(Path(recipe))


def _text(root: Path, rows: Sequence[dict[str, Any]], sweeps: Sequence[dict[str, Any]], alive: Alive) -> str:
    from runner.reporting.figures import readable
    from runner.reporting.sweep_summary import aligned

    if not rows and not sweeps and not alive:
        return f"no runs yet in {root}"
    lines = []
    if rows:
        head = ["name", "fingerprint", "state", "started", "loss before", "after", "now"]
        lines += [aligned([head, *map(_cells, rows)], left={0, 1, 2, 3}), ""]
    lines += [
        f"{row['name']} {row['fingerprint'][:12]}: {readable(row['failure'])}"
        for row in rows
        if row["failure"]
    ]
    for state in sorted({row["state"] for row in rows} & {"Interrupted", "Stopped"}):
        lines.append(f"{state}: the same `runner run` goes on from the last checkpoint.")
    for sweep in sweeps:
        states = ", ".join(f"{number} {state}" for state, number in sweep["states"].items())
        unfinished = "" if sweep["complete"] else " (not complete)"
        lines.append(f"sweep {sweep['recipe']} {sweep['id']}: {states}{unfinished}  {sweep['page']}")
    unknown = [row for row in rows if row.get("usd_now") != "0"]
    if alive:
        lines += ["", *alive.lines()]
    elif unknown:
        lines.append(
            f"What {len(unknown)} of these runs cost now is not known here: see the provider's console."
        )
    elif all(row.get("executor", "local") == "local" for row in rows):
        lines.append(_NOTHING_BILLS)
    else:
        lines.append("Nothing costs money now: nothing that was made at AWS is left.")
    return "\n".join(lines)


def _cells(row: dict[str, Any]) -> list[str]:
    from runner.reporting.figures import loss, usd

    now = usd(row["usd_now"]) if row.get("usd_now") is not None else "unknown"
    losses = [loss(row, when) for when in ("before", "after")]
    return [row["name"], row["fingerprint"][:12], row["state"], row.get("started") or "–", *losses, now]
