"""Check recipes: every problem at once, with its place, its rule and the fix.

RECIPE may be several files (`runner validate recipes/*.yaml`); the overrides apply to each of them.
Reads recipe, conf and schema files only: no network, no credentials. Exit code 2 if there are errors.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from runner.errors import RecipeError
from runner.finding import Finding, errors
from runner.options import reading_arguments
from runner.show import counts, one_line, rendered, show_findings, uses_color


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner validate`."""
    parser.add_argument("words", metavar="RECIPE", nargs="+", help="paths of recipe files, then overrides")
    reading_arguments(parser, formats=("text", "json", "github"))


def run(args: argparse.Namespace) -> int:
    """Check each recipe and print what was found."""
    recipes, overrides = split_words(args.words)
    everything: list[Finding] = []
    for recipe in recipes:
        findings = _findings(recipe, overrides, args)
        everything += findings
        if args.format == "text":
            _show(recipe, findings, color=not args.no_color)
    if args.format != "text":
        show_findings(everything, args.format)
    return RecipeError.exit_code if errors(everything) else 0


def split_words(words: list[str]) -> tuple[list[str], list[str]]:
    """Recipes and overrides: the first word is a recipe, and so is every other one that looks like a file."""
    recipes = [words[0]]
    overrides: list[str] = []
    for word in words[1:]:
        named = word.endswith((".yaml", ".yml")) or os.path.isfile(word)
        (recipes if named and "=" not in word and word[0] != "~" else overrides).append(word)
    return recipes, overrides


def _findings(recipe: str, overrides: list[str], args: argparse.Namespace) -> list[Finding]:
    from runner.check import check

    try:
        checked = check(Path(recipe), overrides, allow_env=args.allow_env, data_roots=args.data_root)
    except RecipeError as error:
        return list(error.findings)
    return list(checked.findings)


def _show(recipe: str, findings: list[Finding], *, color: bool) -> None:
    failed = bool(errors(findings))
    stream = sys.stderr if failed else sys.stdout
    if findings:
        text = rendered(findings, color=color and uses_color(stream))
        print(text.rpartition("\n")[0] or text, file=stream)
    print(f"{one_line(recipe)}: {counts(findings) if failed else _ok(findings)}", file=stream, flush=True)


def _ok(findings: list[Finding]) -> str:
    return f"ok ({counts(findings).removeprefix('0 errors, ')})" if findings else "ok"
