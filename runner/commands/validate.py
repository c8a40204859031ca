"""Check recipes, or training files that no recipe built: every problem at once, with place, rule and fix.

RECIPE may be several files (`runner validate recipes/*.yaml`); the overrides apply to each of them.
Reads recipe, conf and schema files only: no network, no credentials.
`--data` judges training files by the rules of a model and method instead: a path, a pattern, or s3://…;
gzip, bzip2 and Zstandard are unpacked. The files of one side are one set, counted and compared together.
Exit code 2 if there are errors.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from runner.errors import RecipeError, RunnerError
from runner.finding import Finding, errors
from runner.options import reading_arguments
from runner.show import counts, one_line, rendered, show_findings, uses_color


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner validate`."""
    parser.add_argument("words", metavar="RECIPE", nargs="*", help="paths of recipe files, then overrides")
    reading_arguments(parser, formats=("text", "json", "github"))
    data = parser.add_argument_group("training files")
    data.add_argument(
        "--data", metavar="FILE", nargs="+", action="extend", default=[],
        help="training files to check: paths, patterns, s3:// URIs",
    )  # fmt: skip
    data.add_argument("--model", metavar="ID", help="any identifier or alias of the model they are for")
    data.add_argument(
        "--method", metavar="METHOD",
        help="fine_tuning, continued_pre_training, distillation or reinforcement_fine_tuning",
    )  # fmt: skip
    data.add_argument(
        "--split", choices=("train", "validation"), default="train", help="what --data is (default: train)"
    )
    data.add_argument(
        "--validation", metavar="FILE", nargs="+", action="extend", default=[],
        help="validation files of the same job: counted and compared with --data",
    )  # fmt: skip
    data.add_argument(
        "--show", metavar="N", type=_whole, default=5, help="findings shown of each rule (default: 5)"
    )
    data.add_argument(
        "--batch-size", metavar="N", type=_whole, help="the job's batchSize, where a limit depends on it"
    )
    data.add_argument(
        "--images", metavar="DIR", type=Path, help="local copies of the images that records name on S3"
    )
    data.add_argument(
        "--count-tokens",
        action="store_true",
        help="count a sample with the model's own tokenizer: a file of yours, else Bedrock's CountTokens",
    )
    data.add_argument("--teacher", metavar="ID", help="distillation: model whose logged answers are used")


def run(args: argparse.Namespace) -> int:
    """Check each recipe, or the data, and print what was found."""
    if args.data or args.validation:
        from runner.commands._validate_data import run_data

        return run_data(args)
    _require_recipe(args)
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


def _require_recipe(args: argparse.Namespace) -> None:
    if args.model or args.method or args.teacher or args.images:
        raise RunnerError(
            "--model and --method judge training files, and none is named", fix="add --data FILE"
        )
    if not args.words:
        raise RunnerError(
            "runner validate: name a recipe, or data with --data",
            fix="`runner validate --help` shows how it is called",
        )


def _whole(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


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
