"""The page of commands, from each command's docstring and arguments."""

from __future__ import annotations

import argparse

from runner.cli import command_of, parser_for, verbs
from runner.docs.markdown import page, table

_EXITS = """\
## Exit codes

| code | meaning |
| --- | --- |
| 0 | ok |
| 1 | error |
| 2 | the recipe or its data have findings |
| 3 | over budget |
| 4 | a saved plan is out of date |
| 5 | the job failed |
| 130 | interrupted |"""


def command_page() -> str:
    """Every command with its arguments."""
    return page("Commands", "runner/commands/", [*(_section(verb) for verb in verbs()), _EXITS])


def _section(verb: str) -> str:
    command = command_of(verb)
    parser = parser_for(verb, command)
    # `_actions` is the only list of a parser's arguments; its own help text differs between Python versions.
    actions = [each for each in parser._actions if "--help" not in each.option_strings]
    positional = " ".join(_positional(each) for each in actions if not each.option_strings)
    rows = [(_spelling(each), each.help or "") for each in actions]
    usage = f"`runner {verb} {positional} [options]`".replace("  ", " ")
    return "\n\n".join([f"## {verb}", usage, parser.description or "", table(("argument", "meaning"), rows)])


def _name(action: argparse.Action) -> str:
    return str(action.metavar or action.dest.upper())


def _positional(action: argparse.Action) -> str:
    name = _name(action)
    return {"*": f"[{name} ...]", "?": f"[{name}]", "+": f"{name} [{name} ...]"}.get(str(action.nargs), name)


def _spelling(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{_name(action)}`"
    value = (
        ""
        if action.nargs == 0
        else f" {'{' + ','.join(map(str, action.choices)) + '}' if action.choices else _name(action)}"
    )
    return "`" + ", ".join(action.option_strings) + value + "`"
