"""Print the JSON Schema of a recipe, for editors.

With `-o FILE` it is written to a file; point your editor at it with a first line such as
`# yaml-language-server: $schema=../recipe.schema.json`.
"""

from __future__ import annotations

import argparse
import json

from runner.errors import RunnerError
from runner.options import named_path


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner schema`."""
    parser.add_argument(
        "-o", "--out", metavar="FILE", type=named_path, help="write to this file instead of printing"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="the schema is JSON either way"
    )
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Print or write the schema."""
    from runner.atomic import write_text
    from runner.recipe_schema import editor_schema

    text = json.dumps(editor_schema(), ensure_ascii=False, indent=2) + "\n"
    if args.out is None:
        print(text, end="")
        return 0
    try:
        write_text(args.out, text)
    except OSError as error:
        raise RunnerError(
            f"{args.out} cannot be written: {error.strerror}", fix="name another file"
        ) from None
    print(json.dumps({"file": str(args.out)}) if args.format == "json" else f"wrote {args.out}")
    return 0
