"""What a check has to say: one finding, with its place, its rule, the rule's source and the fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "advice"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written: `file:line:column`, counted from 1, or `command line`."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = (self.file, *(str(n) for n in (self.line, self.column) if n))
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (error), doubtful (warning) or could be better (advice)."""

    code: str
    message: str
    severity: Severity = "error"
    place: Place | None = None
    path: str = ""
    """Dotted path of the value in the composed recipe, such as `hyperparameters.epochCount`."""
    fix: str = ""
    source: str = ""
    """Where the rule comes from: title or address, with the date it was read."""
    overrode: str = ""
    """The value and place that this one replaced during composition, if any."""

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, in the key order of the JSON output."""
        place = self.place or Place("")
        data = asdict(self)
        del data["place"]
        return {
            "code": data.pop("code"),
            "severity": data.pop("severity"),
            "file": place.file,
            "line": place.line,
            "column": place.column,
            **data,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Finding:
        """The inverse of `as_dict`."""
        rest = dict(data)
        place = Place(rest.pop("file"), rest.pop("line"), rest.pop("column"))
        return cls(place=place if place.file else None, **rest)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Those findings that stop the command."""
    return [finding for finding in findings if finding.severity == "error"]
