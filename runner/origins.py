"""Where the values of a composed recipe were written, and what they replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runner.finding import Place

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Origin:
    """The place where a value was written, the value as written, and the value it replaced."""

    place: Place
    value: Any
    overrode: Origin | None = None
    key: Place | None = None
    """Where the value's key stands."""
    raw: str = ""
    """A plain YAML word or a typed override as written: `1e3` and `no` say more than 1000.0 and false."""

    @property
    def on_command_line(self) -> bool:
        """Whether the user typed it: such a value may name any file."""
        return self.place.file == COMMAND_LINE and not _refers(self.value)

    def replaced(self) -> str:
        """What a finding says about the value before: `2 at conf/base.yaml:3:4`."""
        before = self.overrode
        return (
            ""
            if before is None or before.value in (None, {})
            else f"{spelled(before.value)} at {before.place}"
        )

    def as_list(self) -> list[Any]:
        """Compact plain data, the inverse of `from_list`."""
        key = [self.key.file, self.key.line, self.key.column] if self.key else None
        before = self.overrode.as_list() if self.overrode else None
        return [self.place.file, self.place.line, self.place.column, self.value, before, key, self.raw]

    @classmethod
    def from_list(cls, data: list[Any]) -> Origin:
        """The origin that `as_list` wrote."""
        file, line, column, value, before, key, raw = data
        overrode = cls.from_list(before) if before else None
        return cls(Place(file, line, column), value, overrode, Place(*key) if key else None, raw)


def spelled(value: Any) -> str:
    """A value as a person writes it, cut to a readable length."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) and value else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _refers(value: Any) -> bool:
    """Whether a value takes something from a file by `${...}`."""
    if isinstance(value, dict):
        return any(_refers(item) for item in value.values())
    if isinstance(value, list):
        return any(_refers(item) for item in value)
    return isinstance(value, str) and "${" in value
