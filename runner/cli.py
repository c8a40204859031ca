"""The command line: finds the verb, runs it, and is the only place that prints errors and exits."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from runner import __version__
from runner.errors import RunnerError

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(overview())
        return 0
    if words[0] in {"-V", "--version"}:
        print(f"runner {__version__}")
        return 0
    verb, *rest = words
    if verb not in verbs():
        return _unknown(verb)
    try:
        command = _command(verb)
        parser = parser_for(verb, command)
        return int(command.run(parser.parse_intermixed_args(rest)))
    except RunnerError as error:
        from runner.show import show_error

        show_error(error, rest)
        return error.exit_code
    except KeyboardInterrupt as interrupt:
        note = f": {interrupt}" if str(interrupt) else ""
        print(f"\ninterrupted{note}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`, a pager) has gone: say nothing, and keep Python from flushing into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def verbs() -> list[str]:
    """Every command: the files of `runner/commands/`."""
    return sorted(path.stem for path in (Path(__file__).parent / "commands").glob("[!_]*.py"))


def parser_for(verb: str, command: ModuleType) -> argparse.ArgumentParser:
    """The parser of one command; its help is the module's docstring."""
    summary, _, details = (command.__doc__ or "").partition("\n")
    parser = _Parser(
        prog=f"runner {verb}",
        description=f"{summary}\n{details}".strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.arguments(parser)
    return parser


class _Parser(argparse.ArgumentParser):
    """Wrong words end like every other expected failure; exit code 2 stays the one for findings."""

    def error(self, message: str) -> NoReturn:
        raise RunnerError(f"{self.prog}: {message}", fix=f"`{self.prog} --help` shows how it is called")


def overview() -> str:
    """The text of `runner --help`."""
    rows = [f"  {verb:<10} {(_command(verb).__doc__ or '').partition(chr(10))[0]}" for verb in verbs()]
    return "\n".join(
        [
            "usage: runner COMMAND [RECIPE] [OVERRIDE ...] [OPTIONS]",
            "",
            "Declarative recipes for model customization: data build, plan, job, report.",
            "",
            "commands:",
            *rows,
            "",
            "`runner COMMAND --help` shows the options of a command.",
            "exit codes: 0 ok, 1 error, 2 findings, 3 over budget, 4 plan out of date, 5 job failed,",
            "            130 interrupted",
        ]
    )


def _command(verb: str) -> ModuleType:
    return importlib.import_module(f"runner.commands.{verb}")


def _unknown(verb: str) -> int:
    import difflib

    close = difflib.get_close_matches(verb, verbs(), n=1)
    hint = f"; did you mean `runner {close[0]}`?" if close else ""
    print(
        f"error: there is no command {verb!r}{hint}\n    fix: `runner --help` lists the commands",
        file=sys.stderr,
    )
    return 1
