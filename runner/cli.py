"""The command line: finds the verb, runs it, and is the only place that prints errors and exits."""

from __future__ import annotations

import argparse
import codecs
import errno
import importlib
import keyword
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from runner import __version__
from runner.errors import RunnerError

INTERRUPTED = 130

_COMMANDS = Path(__file__).parent / "commands"

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams()
    try:
        code = _outcome(words)
        sys.stdout.flush()  # a full disk or a closed pipe shows here, not while Python exits
    except KeyboardInterrupt as interrupt:
        from runner.show import show_interrupt

        show_interrupt(str(interrupt), words, INTERRUPTED)
        return INTERRUPTED
    except BrokenPipeError:  # the reader (`head`, a pager) has gone: there is nobody to tell
        _drop_output()
        return 1
    except OSError as error:
        _drop_output()
        return _show(_expected(error), ())
    return code


def verbs() -> list[str]:
    """Every command: the files of `runner/commands/`."""
    return sorted(path.stem.removesuffix("_") for path in _COMMANDS.glob("[!_]*.py"))


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
    rows = [f"  {verb:<10} {_summary(verb)}" for verb in verbs()]
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


def _outcome(words: Sequence[str]) -> int:
    """Do what the words say; expected failures are shown and become exit codes."""
    if not words or words[0] in {"-h", "--help", "help"}:
        print(overview())
        return 0
    if words[0] in {"-V", "--version"}:
        print(f"runner {__version__}")
        return 0
    verb, *rest = words
    try:
        if verb not in verbs():
            raise _unknown(verb)
        command = command_of(verb)
        inner = getattr(command, "INNER", {}).get(rest[0]) if rest else None
        if inner:  # a word that is a command of its own, such as `models refresh`
            verb, command, rest = f"{verb} {rest[0]}", command_of(inner), rest[1:]
        return int(command.run(parser_for(verb, command).parse_intermixed_args(rest)))
    except RunnerError as error:
        return _show(error, rest)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _show(_expected(error), rest)


def command_of(verb: str) -> ModuleType:
    """The module of one command."""
    return importlib.import_module(f"runner.commands.{_module(verb)}")


def _summary(verb: str) -> str:
    """The first line of the command's docstring, read and not imported: `--help` is asked often."""
    with (_COMMANDS / f"{_module(verb)}.py").open(encoding="utf-8") as file:
        return file.readline().strip().strip('"')


def _module(verb: str) -> str:
    # `import` is a word of Python's own, which no module may be called: its file is `import_.py`.
    return f"{verb}_" if keyword.iskeyword(verb) else verb


def _unknown(verb: str) -> RunnerError:
    import difflib

    close = difflib.get_close_matches(verb, verbs(), n=1)
    hint = f"; did you mean `runner {close[0]}`?" if close else ""
    return RunnerError(f"there is no command {verb!r}{hint}", fix="`runner --help` lists the commands")


def _show(error: RunnerError, words: Sequence[str]) -> int:
    from runner.show import show_error

    show_error(error, words)
    return error.exit_code


def _expected(error: OSError) -> RunnerError:
    """What a file system refuses is no bug of ours; an error that names no file is raised again."""
    reason = (error.strerror or str(error)).lower()
    if error.errno in _DISK_FULL:
        where = f"{error.filename}: " if error.filename else ""
        return RunnerError(f"{where}{reason}", fix="make room and run the same command again")
    path = error.filename2 or error.filename
    if not isinstance(path, str | bytes):
        raise error
    path = Path(os.fsdecode(path))
    place = path.parent if path.suffix == ".part" else path  # written aside first: see runner.atomic
    if error.errno in _NOT_ALLOWED:
        fix = "check who may read and write there, or work in a folder of yours"
    else:
        fix = "check the path"
    return RunnerError(f"{place}: {reason}", fix=fix)


def _prepare_streams() -> None:
    """Output that a terminal's encoding lacks is escaped, and output that nobody wants is dropped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell: `>&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end
        elif hasattr(stream, "reconfigure"):
            codecs.register_error("escape", _escaped)
            stream.reconfigure(errors="escape")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """What the encoding lacks, escaped as JSON does it: in pairs of four digits beyond the first 65,536."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    codes = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{code}" for code in codes), error.end


def _drop_output() -> None:
    """Keep Python from writing the rest at exit, where it would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
