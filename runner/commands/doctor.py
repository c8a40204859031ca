"""Show what is installed and reachable here: packages, machine, caches, AWS credentials.

With a RECIPE, also say whether everything that this recipe needs is there: exit code 1 if not.
Makes no network call unless --online is given, and never shows a secret.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runner.options import checked_from, reading_arguments
from runner.project import project_root

if TYPE_CHECKING:
    from runner.surroundings import Fact


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner doctor`."""
    parser.add_argument("recipe", nargs="?", metavar="RECIPE", help="recipe whose needs are checked")
    parser.add_argument(
        "overrides", nargs="*", metavar="OVERRIDE", help="changes to it, such as executor=tiny"
    )
    parser.add_argument(
        "--online", action="store_true", help="also ask AWS whether the credentials are accepted"
    )
    reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the facts; 1 if the recipe needs something that is missing."""
    from runner.surroundings import needs, surroundings

    needed: Collection[str] = ()
    root = project_root(Path.cwd() / "recipe.yaml")
    if args.recipe:
        recipe = checked_from(args).recipe
        needed, root = needs(recipe), recipe.root
    facts = list(surroundings(root, online=args.online))
    lacking = [fact for fact in facts if fact.topic in needed and fact.state == "missing"]
    if args.format == "json":
        rows = [{**dataclasses.asdict(fact), "needed": fact.topic in needed} for fact in facts]
        print(
            json.dumps(
                {"recipe": args.recipe, "ready": not lacking, "facts": rows}, ensure_ascii=False, indent=2
            )
        )
    else:
        _show(facts, needed)
        if args.recipe:
            print(_verdict(args.recipe, lacking))
    return 1 if lacking else 0


def _show(facts: Sequence[Fact], needed: Collection[str]) -> None:
    width = max(len(fact.topic) for fact in facts)
    for fact in facts:
        mark = "*" if fact.topic in needed else " "
        print(f"{fact.state:<7} {mark} {fact.topic:<{width}}  {fact.found}")
        if fact.fix:
            print(f"{'':<10}fix: {fact.fix}")


def _verdict(recipe: str, lacking: Sequence[Fact]) -> str:
    if not lacking:
        return f"{recipe}: everything it needs is here (marked *)"
    return f"{recipe}: missing of what it needs (marked *): {', '.join(fact.topic for fact in lacking)}"
