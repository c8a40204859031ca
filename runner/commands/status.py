"""List the runs and sweeps of a project: their state, losses, and what costs money now.

RECIPE limits the list to the runs of one recipe; without it, all runs of the project around the working
directory are listed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.project import project_root

_NOTHING_BILLS = "Nothing costs money now: every run listed is on this machine."


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner status`."""
    parser.add_argument("recipe", metavar="RECIPE", nargs="?", help="a recipe: list its runs only")
    parser.add_argument(
        "--all", action="store_true", help="list every run of the project that RECIPE belongs to"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: text)"
    )
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    from runner.reporting.standing import project_runs, run_row, runs_of_recipe, sweep_rows

    root = _root(args.recipe)
    if args.recipe and not args.all:
        rows = [run_row(one) for one in runs_of_recipe(root, Path(args.recipe))]
        sweeps = sweep_rows(root, {row["name"] for row in rows})
    else:
        rows, sweeps = [run_row(one) for one in project_runs(root)], sweep_rows(root)
    rows.sort(key=lambda row: (str(row.get("started") or ""), row["name"], row["fingerprint"]))
    if args.format == "json":
        known = all(row.get("usd_now") == "0" for row in rows)
        data = {"project": str(root), "usd_now": "0" if known else None, "runs": rows, "sweeps": sweeps}
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print(_text(root, rows, sweeps))
    return 0


def _root(recipe: str | None) -> Path:
    if recipe is None:
        # The project around the working directory: the one a recipe lying here would belong to.
        return project_root(Path.cwd() / "recipe.yaml")
    if not Path(recipe).is_file():
        raise RunnerError(
            f"there is no recipe {recipe}", fix="give the path of a recipe, or nothing for the whole project"
        )
    return project_root(Path(recipe))


def _text(root: Path, rows: Sequence[dict[str, Any]], sweeps: Sequence[dict[str, Any]]) -> str:
    from runner.reporting.figures import readable
    from runner.reporting.sweep_summary import aligned

    if not rows and not sweeps:
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
    if unknown:
        lines.append(
            f"What {len(unknown)} of these runs cost now is not known here: see the provider's console."
        )
    else:
        lines.append(_NOTHING_BILLS)
    return "\n".join(lines)


def _cells(row: dict[str, Any]) -> list[str]:
    from runner.reporting.figures import measure, usd

    now = usd(row["usd_now"]) if row.get("usd_now") is not None else "unknown"
    losses = [measure(row.get(f"validation_loss_{when}")) for when in ("before", "after")]
    return [row["name"], row["fingerprint"][:12], row["state"], row.get("started") or "–", *losses, now]
