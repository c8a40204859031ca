"""`runner validate --data`: training files that no recipe built, judged by a model's rules."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from runner.errors import RecipeError, RunnerError
from runner.show import annotation, one_line, rendered, uses_color

if TYPE_CHECKING:
    from runner.examine import Examination, Found
    from runner.model import Method, Model


def run_data(args: argparse.Namespace) -> int:
    """Judge the files that the arguments name, print what was found, and return the exit code."""
    from runner.examine import examine

    _require_complete(args)
    examination = examine(
        args.data,
        args.model,
        args.method,
        split=args.split,
        validation=args.validation,
        show=args.show,
        images=args.images,
        teacher=args.teacher,
        batch_size=args.batch_size,
        prepare=_own_counts(args),
    )
    if args.format == "json":
        print(json.dumps(examination.as_dict(), ensure_ascii=False, indent=2))
    elif args.format == "github":
        for found in examination.findings:
            print(annotation(found.finding))
    else:
        _show(examination, color=not args.no_color)
    return 0 if examination.accepted else RecipeError.exit_code


def _own_counts(args: argparse.Namespace) -> Callable[[Model, Method], Model] | None:
    """Narrower token bounds from a sample of the files, if that was asked for."""
    if not args.count_tokens:
        return None
    from runner.commands._count_data_tokens import narrowed_by

    return narrowed_by([*args.data, *args.validation])


def _require_complete(args: argparse.Namespace) -> None:
    if args.words:
        raise RunnerError(
            f"{one_line(args.words[0])!r} stands beside --data; recipes and training files are checked apart",
            fix="name every file after --data, or leave --data out",
        )
    for name, example in (("model", "amazon.nova-lite-v1:0"), ("method", "fine_tuning")):
        if not getattr(args, name):
            raise RunnerError(
                f"--data needs --{name}: what is right depends on it",
                fix=f"--{name} {example}, say; `runner models` lists them",
            )


def _show(examination: Examination, *, color: bool) -> None:
    stream = sys.stdout if examination.accepted else sys.stderr
    lines = list(_lines(examination, color=color and uses_color(stream)))
    print("\n".join([*lines, _summary(examination)]), file=stream, flush=True)


def _lines(examination: Examination, *, color: bool) -> Iterator[str]:
    """The findings; behind the last one shown of a rule, how many more there are."""
    left: dict[tuple[str, str, str], int] = {}
    for found in examination.findings:
        left[_rule(found)] = left.get(_rule(found), found.count) - 1
    seen: dict[tuple[str, str, str], int] = {}
    for found in examination.findings:
        rule = _rule(found)
        seen[rule] = seen.get(rule, 0) + 1
        yield rendered([found.finding], color=color).rpartition("\n")[0]
        if found.count - seen[rule] == left[rule] and left[rule]:
            file = f"{one_line(rule[1])}: " if rule[1] else ""
            yield f"{file}{left[rule]:,} more [{rule[0]}]"


def _rule(found: Found) -> tuple[str, str, str]:
    finding = found.finding
    return finding.code, finding.place.file if finding.place else "", finding.severity


def _summary(examination: Examination) -> str:
    word = "accepted" if examination.accepted else "refused"
    errors, warnings = examination.errors, examination.warnings
    return (
        f"{word}: {examination.records:,} records, {errors:,} error{'s' * (errors != 1)},"
        f" {warnings:,} warning{'s' * (warnings != 1)}"
    )
