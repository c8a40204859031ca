"""Advise how to customize: fine-tuning, distillation, retrieval and others, with reasons and models.

Answers come from options; on a terminal, what is left open is asked. `--write FILE` writes a first recipe for
the best way that is trained (or for `--way`) with a few made records; `runner validate FILE` accepts it.
Reads the shipped facts only: no network, no credentials.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError
from runner.options import named_path, whole_number

if TYPE_CHECKING:
    from decimal import Decimal

    from runner.advising.answers import Answers, Question

_WAYS = ("fine_tuning", "continued_pre_training", "distillation", "reinforcement_fine_tuning")
_LANGUAGES = ("ja", "en", "code", "other")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner advise`."""
    from runner.advising.answers import questions

    for question in questions():
        choices = "; ".join(f"{name}: {meaning}" for name, meaning in question.choices.items())
        default = f" (default: {question.default})" if question.default else ""
        parser.add_argument(
            question.flag, choices=tuple(question.choices), help=f"{question.ask} {choices}{default}"
        )
    parser.add_argument("--records", type=whole_number, metavar="N", help="how many records there are")
    parser.add_argument(
        "--tokens", type=whole_number, metavar="N", help="how many tokens the data has (cl100k_base)"
    )
    parser.add_argument("--budget", type=_usd, metavar="USD", help="what one job may cost")
    parser.add_argument("--language", choices=_LANGUAGES, default="ja", help="of the data (default: ja)")
    parser.add_argument("--way", choices=_WAYS, help="write the recipe for this way")
    parser.add_argument("--write", type=named_path, metavar="FILE", help="write a first recipe there")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: text)"
    )
    parser.add_argument("--no-color", action="store_true", help="accepted everywhere; there is no color here")


def run(args: argparse.Namespace) -> int:
    """Ask what is left open, if somebody is there; then advise."""
    from runner.advising.advice import advise
    from runner.advising.advice_text import advice_text

    advice = advise(_answers(args))
    written = _write(args, advice) if args.write or args.way else []
    if args.format == "json":
        data = {**advice.as_dict(), "written": [str(file) for file in written]}
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return 0
    print(advice_text(advice))
    for file in written:
        print(f"wrote {file}")
    if written:
        print(f"next: runner validate {shlex.quote(str(args.write))}")
    elif any(option.has_recipe and option.fits for option in advice.options):
        print("next: add --write recipes/first.yaml for a first recipe")
    return 0


def _answers(args: argparse.Namespace) -> Answers:
    from runner.advising.answers import Answers, questions, require_answers

    given = {question.name: getattr(args, question.name) for question in questions()}
    numbers = {name: getattr(args, name) for name in _NUMBERS}
    if sys.stdin.isatty() and sys.stdout.isatty() and args.format == "text":
        given.update(_asked(question for question in questions() if given[question.name] is None))
        numbers.update({name: _number(name) for name, value in numbers.items() if value is None})
    return Answers(
        require_answers(given), numbers["records"], numbers["tokens"], numbers["budget"], args.language
    )


def _asked(open_questions: Iterable[Question]) -> dict[str, str]:
    """An answer to every question; Enter takes the default."""
    found = {}
    for question in open_questions:
        print(question.ask)
        names = list(question.choices)
        for number, name in enumerate(names, 1):
            print(f"  {number}  {name}: {question.choices[name]}")
        default = f" [{question.default}]" if question.default else ""
        answer = ""
        while answer not in names:
            answer = _typed(f"number or name{default}: ", question.flag) or question.default or ""
            if answer.isdecimal() and 1 <= int(answer) <= len(names):
                answer = names[int(answer) - 1]
        found[question.name] = answer
    return found


def _number(name: str) -> Any:
    """A number, or None for Enter."""
    ask, read = _NUMBERS[name]
    while typed := _typed(f"{ask} [unknown]: ", f"--{name}"):
        try:
            return read(typed)
        except argparse.ArgumentTypeError as error:
            print(error)
    return None


def _typed(prompt: str, flag: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        raise RunnerError("the answers ended early", fix=f"answer by {flag}") from None


def _write(args: argparse.Namespace, advice: object) -> list[Path]:
    from runner.advising.advice import Advice, to_write
    from runner.advising.starting_recipe import starting_recipe
    from runner.atomic import write_text

    assert isinstance(advice, Advice)
    option = to_write(advice, args.way)
    if not args.write:
        raise RunnerError(
            "--way chooses what is written, and nothing is", fix="add --write recipes/first.yaml"
        )
    files = starting_recipe(option.candidates[0], advice.answers, args.write)
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, text)
    return list(files)


def _usd(text: str) -> Decimal:
    """As a recipe takes it: it goes into the one that is written."""
    from runner.checks.recipe.money import amount_of

    amount, why = amount_of(text, text)
    if amount is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount in US dollars: {why}")
    return amount


_NUMBERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "records": ("How many records are there?", whole_number),
    "tokens": ("How many tokens do they have, as cl100k_base counts?", whole_number),
    "budget": ("What may one job cost, in US dollars?", _usd),
}
"""What is asked after the questions with choices; Enter leaves it open."""
