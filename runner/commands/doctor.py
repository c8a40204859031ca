"""Show what is installed and reachable here: packages, machine, caches, AWS credentials.

With a RECIPE, also say whether everything that this recipe needs is there: exit code 1 if not.
Makes no network call unless --online is given, and never shows a secret.

--iam prints the least-privilege policies instead: for the caller, for the role of the job, and with
`--with hosting` for the role that ends hosting. What RECIPE does not state stays a placeholder in capitals.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import RunnerError
from runner.iam.policies import FEATURES, Needs
from runner.iam.rendering import FORMATS
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
    parser.add_argument(
        "--iam",
        nargs="?",
        const="json",
        metavar="FORMAT",
        help=f"print IAM policies as {', '.join(sorted(FORMATS))} (default: json)",
    )
    parser.add_argument(
        "--with",
        dest="features",
        action="append",
        default=[],
        choices=FEATURES,
        help="what the policies must also allow; may be given several times",
    )
    reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the facts; 1 if the recipe needs something that is missing."""
    if args.iam is not None:
        print(_iam(args))
        return 0
    if args.features:
        raise RunnerError("--with chooses what the policies allow", fix="add --iam")
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


def _iam(args: argparse.Namespace) -> str:
    """The policies; the word after --iam may be the recipe, where no format is named."""
    if args.iam.endswith((".yaml", ".yml")):
        args.overrides = [*([args.recipe] if args.recipe else ()), *args.overrides]
        args.iam, args.recipe = "json", args.iam
    if args.iam not in FORMATS:
        known = ", ".join(FORMATS)
        raise RunnerError(f"--iam prints no {args.iam!r}", fix=f"one of: {known}; or a recipe (.yaml)")
    return FORMATS[args.iam](_needs(args))


def _needs(args: argparse.Namespace) -> Needs:
    from runner.iam.recipe_needs import needs_of

    features = frozenset(args.features)
    account = ""
    if args.online:
        from runner.aws.identity import identity

        found = identity(online=True)
        account = found.account if found else ""
    if not args.recipe:
        return Needs(features=features, account=account or Needs().account)
    checked = checked_from(args)
    return needs_of(checked.recipe, checked.model, account=account, features=features)


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
