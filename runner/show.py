"""Prints findings and errors: text for people, JSON for machines, annotations for GitHub."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from runner.errors import RecipeError, RunnerError
from runner.finding import Finding

_COLORS = {"error": "\x1b[31m", "warning": "\x1b[33m", "advice": "\x1b[36m", "bold": "\x1b[1m"}
_RESET = "\x1b[0m"
_GITHUB = {"error": "error", "warning": "warning", "advice": "notice"}


def show_error(error: RunnerError, words: Sequence[str]) -> None:
    """Print an error in the format that the command line asks for: text to stderr, the others to stdout."""
    format = format_of(words)
    findings = error.findings if isinstance(error, RecipeError) else ()
    if format == "text":
        color = uses_color(sys.stderr, words)
        if findings:
            print(rendered(findings, color=color), file=sys.stderr)
        else:
            print(_plain_error(error, color=color), file=sys.stderr)
    elif findings:
        show_findings(findings, format)
    elif format == "json":
        data = {
            "error": error.message,
            "fix": error.fix,
            "exit_code": error.exit_code,
            "notes": _notes(error),
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print(f"::error title={_property(type(error).__name__)}::{_data(error.message)}")


def show_interrupt(note: str, words: Sequence[str], exit_code: int) -> None:
    """Say that Ctrl-C ended the command, and what goes on without it: a program gets its one JSON object."""
    message = f"interrupted: {note}" if note else "interrupted"
    if format_of(words) == "json":
        data = {"error": message, "fix": "", "exit_code": exit_code, "notes": []}
        print(json.dumps(data, ensure_ascii=False, indent=2))
    print(f"\n{message}", file=sys.stderr)


def show_findings(
    findings: Sequence[Finding], format: str, *, color: bool = False, stream: TextIO | None = None
) -> None:
    """Print findings; nothing is printed as text if there are none."""
    stream = stream or sys.stdout
    if format == "json":
        print(as_json(findings), file=stream)
    elif format == "github":
        for finding in findings:
            print(annotation(finding), file=stream)
    elif findings:
        print(rendered(findings, color=color), file=stream)


def rendered(findings: Sequence[Finding], *, color: bool = False) -> str:
    """Findings for people: a line each with its fix, source and what it overrode; counts last."""
    return "\n".join([*(_text(finding, color=color) for finding in findings), counts(findings)])


def counts(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 warning`."""
    found = [finding.severity for finding in findings]
    return ", ".join(
        f"{number} {name}{'s' if number != 1 and name != 'advice' else ''}"
        for name in ("error", "warning", "advice")
        if (number := found.count(name)) or name == "error"
    )


def as_json(findings: Sequence[Finding]) -> str:
    """Findings for machines, with a summary."""
    severities = [finding.severity for finding in findings]
    summary = {
        "accepted": "error" not in severities,
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
    }
    data = {"summary": summary, "findings": [finding.as_dict() for finding in findings]}
    return json.dumps(data, ensure_ascii=False, indent=2)


def annotation(finding: Finding) -> str:
    """A workflow command that GitHub shows beside the line."""
    place = finding.place
    where = {"file": place.file, "line": place.line, "col": place.column} if place and place.line else {}
    properties = {**where, "title": finding.code}
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
    lines = [finding.message, *_details(finding)]
    if place and not place.line:
        lines[0] = f"{place}: {finding.message}"
    return f"::{_GITHUB[finding.severity]} {listed}::{_data(chr(10).join(lines))}"


def format_of(words: Sequence[str]) -> str:
    """The `--format` among the words of a command line; text if there is none that is known."""
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == "--format":
            value = value if equals else "".join(words[number + 1 : number + 2])
            return value if value in {"json", "github"} else "text"
    return "text"


def uses_color(stream: TextIO, words: Sequence[str] = ()) -> bool:
    """Whether to color: on a terminal, unless NO_COLOR or --no-color says otherwise."""
    return "--no-color" not in words and not os.environ.get("NO_COLOR") and stream.isatty()


def _text(finding: Finding, *, color: bool) -> str:
    place = f"{one_line(str(finding.place))}: " if finding.place else ""
    level = "" if finding.severity == "error" else f"{finding.severity}: "
    if color:
        place = f"{_COLORS['bold']}{place}{_RESET}"
        level = f"{_COLORS[finding.severity]}{level or 'error: '}{_RESET}"
    message = _printable(f"{finding.message} [{finding.code}]")
    return "\n".join([f"{place}{level}{message}", *(f"    {_printable(line)}" for line in _details(finding))])


def _details(finding: Finding) -> list[str]:
    named = (("fix", finding.fix), ("source", finding.source), ("overrode", finding.overrode))
    return [f"{name}: {value}" for name, value in named if value]


def _plain_error(error: RunnerError, *, color: bool) -> str:
    head = f"{_COLORS['error']}error:{_RESET}" if color else "error:"
    lines = [f"{head} {_printable(error.message)}", *(f"    {_printable(note)}" for note in _notes(error))]
    if error.fix:
        lines.append(f"    fix: {_printable(error.fix)}")
    return "\n".join(lines)


def _notes(error: RunnerError) -> list[str]:
    return list(getattr(error, "__notes__", []))


def one_line(text: str) -> str:
    """A name as it may be printed: a line break in it must not begin a line of its own."""
    return _printable(text).replace("\n", "\\n")


def _printable(text: str) -> str:
    """No control characters: a recipe's text may not move the cursor or hide a line."""
    return "".join(
        char if char.isprintable() or char in "\n\u3000" else f"\\x{ord(char):02x}" for char in text
    )


def _data(text: str) -> str:
    return _printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
