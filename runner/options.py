"""Arguments that the commands on recipes share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.check import Checked


def recipe_arguments(parser: argparse.ArgumentParser, *, formats: Sequence[str] = ("text", "json")) -> None:
    """RECIPE, overrides, and what a recipe may read."""
    parser.add_argument("recipe", metavar="RECIPE", help="path of a recipe file")
    parser.add_argument(
        "overrides",
        metavar="OVERRIDE",
        default=[],
        nargs="*",
        help="key=value, group=name, ~key: laid over the recipe (Hydra grammar)",
    )
    reading_arguments(parser, formats=formats)


def reading_arguments(parser: argparse.ArgumentParser, *, formats: Sequence[str] = ("text", "json")) -> None:
    """What a recipe may read, and how findings are shown."""
    parser.add_argument(
        "--data-root", metavar="DIR", action="append", default=[], type=named_path,
        help="folder outside the project that paths in the recipe may lie in (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--allow-env", metavar="NAME", action="append", default=[],
        help="environment variable that the recipe may read with ${oc.env:NAME} (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=tuple(formats), default="text", help="how to print (default: text)"
    )
    parser.add_argument("--no-color", action="store_true", help="plain text, as with NO_COLOR set")


def build_arguments(parser: argparse.ArgumentParser) -> None:
    """How the data is built."""
    parser.add_argument(
        "--workers", type=whole_number, metavar="N", help="worker processes (default: by the data)"
    )
    parser.add_argument("--offline", action="store_true", help="fetch nothing, use what is here")


def named_path(text: str) -> Path:
    """A path that was really given: an empty word, of an unset shell variable, is not the folder here."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def whole_number(text: str) -> int:
    """A number of things, as an argument. Errors: `argparse.ArgumentTypeError`."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def checked_from(args: argparse.Namespace) -> Checked:
    """The checked recipe that the arguments name. Errors: `RecipeError`.

    The first `planned` overrides come from a saved plan: nobody has typed them now.
    """
    from runner.check import check

    return check(
        Path(args.recipe),
        args.overrides,
        allow_env=args.allow_env,
        data_roots=args.data_root,
        planned=getattr(args, "planned", 0),
    )
