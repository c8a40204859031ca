"""Counts every finding and keeps the first few of each rule: a file may break one rule in every line."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from runner.examining.rules import Fault
from runner.finding import Severity

_MOST_PATH, _MOST_WORDS = 400, 1200
"""Characters that are shown of a JSON path, and of a message or a fix."""

Rule = tuple[str, Severity, int]
"""Code, severity, and which file (-1: none of them)."""


@dataclass(order=True, frozen=True, slots=True)
class Noted:
    """A fault with its place."""

    line: int
    """0: the file as a whole."""
    order: int
    fault: Fault = field(compare=False)
    column: int = field(default=0, compare=False)


class Tally:
    """What was found so far. `show` of each rule and file are kept, those of the first lines."""

    def __init__(self, show: int) -> None:
        self.show = show
        self.counts: Counter[Rule] = Counter()
        self._kept: dict[Rule, list[Noted]] = {}

    def add(self, file: int, line: int, fault: Fault, column: int = 0, times: int = 1) -> None:
        """Note one finding, or one that stands for `times`."""
        rule = (fault.code, fault.severity, file)
        self.counts[rule] += times
        kept = self._kept.setdefault(rule, [])
        if len(kept) < self.show or line < kept[-1].line:
            insort(kept, Noted(line, self.counts[rule], _clipped(fault), column))
            del kept[self.show :]

    def wanted(self, code: str, severity: Severity, file: int, line: int) -> bool:
        """Whether such a finding would be shown; if not, `count` is enough and no message need be made."""
        kept = self._kept.get((code, severity, file), [])
        return len(kept) < self.show or line < kept[-1].line

    def wanted_once(self, code: str, severity: Severity, file: int) -> bool:
        """Whether a finding that is made once a file has not been made yet."""
        return not self.counts[code, severity, file]

    def count(self, code: str, severity: Severity, file: int) -> None:
        """Note a finding that will not be shown."""
        self.counts[code, severity, file] += 1

    def total(self, severity: Severity) -> int:
        """How many findings of that severity there are."""
        return sum(number for rule, number in self.counts.items() if rule[1] == severity)

    def noted(self) -> Iterator[tuple[int, int, Noted]]:
        """File, how many there are of the rule in that file, and each kept finding; by file and line."""
        found = [
            (rule[2], note.line, note.fault.code, note.order, self.counts[rule], note)
            for rule, kept in self._kept.items()
            for note in kept
        ]
        for file, _, _, _, count, note in sorted(found, key=lambda item: item[:4]):
            yield file, count, note


def _clipped(fault: Fault) -> Fault:
    """A fault that can be printed: keys and values of megabytes, cited whole, would bury all the others."""
    return fault._replace(
        path=_cut(fault.path, _MOST_PATH),
        message=_cut(fault.message, _MOST_WORDS),
        hint=_cut(fault.hint, _MOST_WORDS),
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 4 :]}"
