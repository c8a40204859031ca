"""Reads files line by line, judges each record on a fast path, and looks closely at what does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any

from runner import plugins
from runner.examining.beginnings import not_lines
from runner.examining.lengths import Lengths
from runner.examining.lines import MAX_LINE_BYTES, Batch, batches
from runner.examining.rules import Checker, DataFile, Fault, Fit, Report, Rules
from runner.examining.shapes import HOW, foreign
from runner.examining.sightings import Sightings
from runner.examining.strings import marks, repeated_keys, strings_in
from runner.examining.tally import Tally
from runner.examining.unreadable import JSON, LINES, unreadable
from runner.examining.words import ReservedWords, finder
from runner.reading.shard import kind_of

_REPLACEMENT = "\ufffd"


class Scan:
    """One examination under way: what was found so far, over all files.

    `D203`: a JSON array, or records over several lines, in place of one record a line.
    `D207`: lines end in CR LF (a warning) or in CR alone.
    `D209`: a key stands twice in one object.
    `D210`: a line holds no object.
    `D211`: a record in another format than the method takes.
    `D237`: a line is longer than 16 MiB.
    `D240`: a replacement character: something was decoded wrongly before.
    """

    def __init__(
        self, rules: Rules, tally: Tally, lengths: Lengths | None = None, *, duplicates: bool = False
    ) -> None:
        self.rules, self.tally = rules, tally
        self.checker: Checker = plugins.load("checks.records", rules.format)(rules)
        self.words = ReservedWords(rules)
        self._may_hold_words = finder(self.words.signs)
        self.lengths = lengths
        self.sightings = Sightings() if duplicates else None
        self.records: Counter[int] = Counter()
        self.size: Counter[int] = Counter()
        self.unread = False
        """A file was no lines at all: the number of records is not known."""

    def read(self, file: int, data: DataFile, content: Iterable[bytes]) -> None:
        """Judge one file."""
        self.checker.begin(data)
        self.records[file] = self.size[file] = 0
        blocks = self._measured(file, content)
        head = next(blocks, b"")
        if fault := not_lines(head):
            self.tally.add(file, 1 if head else 0, fault)
            self.unread = True
            return
        for batch in batches(chain((head,), blocks)):
            self._line_ends(file, batch)
            self._judge(file, batch)
            if self.lengths:
                self.lengths.settle()

    def report(self, file: int, line: int) -> Report:
        """What notes the faults of one line."""
        return partial(self.tally.add, file, line)

    def _measured(self, file: int, content: Iterable[bytes]) -> Iterator[bytes]:
        for block in content:
            self.size[file] += len(block)
            yield block

    def _judge(self, file: int, batch: Batch) -> None:
        """The records of a batch. This loop is the fast path: what it calls for every line must be cheap."""
        from orjson import JSONDecodeError, loads

        fit_of = self.checker.fit
        note = self.sightings.add if self.sightings else None
        longest = self.lengths.least if self.lengths else float("inf")
        may_hold = self._may_hold_words
        watched = self.words.any and may_hold(batch.whole)  # almost no batch holds a reserved word
        blank, skipped = 0, int(batch.skipped)
        if skipped:
            self._too_long(file, batch.first)
        for number, line in enumerate(batch.lines[skipped:], batch.first + skipped):
            try:
                row = loads(line)
            except JSONDecodeError:
                row, fit = self._unreadable(file, number, line)
                blank += not line.strip()
                if fit is None:
                    continue
            else:
                fit = fit_of(row)
                if fit is None:
                    fit = self._look(file, number, row)
                    if marks(line) != 2 * strings_in(row):
                        self._repeated(file, number, line)
                    if fit is None:
                        continue
                elif line.count(b'"') != 2 * fit[0] and marks(line) != 2 * fit[0]:
                    self._repeated(file, number, line)
            if watched and may_hold(line):
                self.words.judge(self.checker.texts(row), self.report(file, number))
            for text in fit[1]:
                if _REPLACEMENT in text:
                    self._replaced(file, number, row)
                    break
            if note and (fit[1] or fit[2]):
                note(file, number, fit[1], fit[2])
            if len(line) > longest:
                self.lengths.look(fit, self.report(file, number))  # type: ignore[union-attr]
        self.records[file] += len(batch.lines) - blank

    def _look(self, file: int, number: int, row: Any) -> Fit | None:
        """Judge a row that the fast path did not take; None if there is nothing to compare or count."""
        report = self.report(file, number)
        if type(row) is not dict:
            message = f"the line holds {kind_of(row)}, not an object"
            report(Fault("D210", "", message, f"write {HOW.get(self.rules.format, '{…}')}", LINES))
            return None
        if found := foreign(row, self.rules.format):
            report(self._other_format(found, row))
            return None
        try:
            self.checker.judge(row, report)
            texts = tuple(text.text for text in self.checker.texts(row))
            return Fit(0, texts, self.checker.others(row))
        except RecursionError:
            report(Fault("D201", "", "the record is nested too deeply", "write flat records", JSON))
            return None

    def _other_format(self, found: str, row: Any) -> Fault:
        wanted = self.rules.format
        message = f"the record is in {found}; {self.rules.who} takes {wanted}"
        hint = f"write {HOW.get(wanted, wanted)}; in a recipe: format: {wanted}"
        if self.rules.method.name == "distillation":
            from runner.examining.distillation import convert_hint

            hint = convert_hint(row) or hint
        return Fault("D211", "", message, hint)

    def _unreadable(self, file: int, number: int, line: bytes) -> tuple[Any, Fit | None]:
        """What can be read of a line that the strict parser refused, judged as far as it goes."""

        def say(fault: Fault, column: int) -> None:
            self.tally.add(file, number, fault, column)

        value = unreadable(line, say)
        if value is None:
            return None, None
        fit = self.checker.fit(value) or self._look(file, number, value)
        if marks(line) != 2 * strings_in(value):
            self._repeated(file, number, line)
        return value, fit

    def _repeated(self, file: int, number: int, line: bytes) -> None:
        try:
            paths = repeated_keys(line.decode("utf-8-sig"))
        except RecursionError:
            paths = ["$"]
        for path in paths:
            message = "the key stands more than once in its object: which value counts is anybody's guess"
            fault = Fault("D209", path, message, "keep one of them", f"{JSON}, section 4")
            self.tally.add(file, number, fault)

    def _replaced(self, file: int, number: int, row: Any) -> None:
        for path, _, text in self.checker.texts(row):
            if _REPLACEMENT in text:
                message = "holds U+FFFD, the replacement character: some text was decoded wrongly before"
                hint = "read the original again in its own encoding, or drop the record"
                self.tally.add(file, number, Fault("D240", path, message, hint, severity="warning"))

    def _line_ends(self, file: int, batch: Batch) -> None:
        if b"\r" not in batch.whole or not self._unsaid_ends(file):
            return
        crlf_is_said = not self.tally.wanted_once("D207", "warning", file)
        if crlf_is_said and batch.whole.count(b"\r") == batch.whole.count(b"\r\n"):
            return
        for number, line in enumerate(batch.whole.splitlines(keepends=True), start=batch.first):
            if line.endswith(b"\r\n") and self.tally.wanted_once("D207", "warning", file):
                message = "lines end in CR LF from here on; JSON Lines ends them in LF"
                fault = Fault(
                    "D207", "", message, "convert it: dos2unix, or sed -i 's/\\r$//'", LINES, "warning"
                )
                self.tally.add(file, number, fault)
            elif line.endswith(b"\r") and self.tally.wanted_once("D207", "error", file):
                message = "a line ends in CR alone: readers of JSON Lines take it and the next for one line"
                self.tally.add(file, number, Fault("D207", "", message, "convert it: tr '\\r' '\\n'", LINES))
            if not self._unsaid_ends(file):
                return

    def _unsaid_ends(self, file: int) -> bool:
        return any(self.tally.wanted_once("D207", severity, file) for severity in ("warning", "error"))

    def _too_long(self, file: int, number: int) -> None:
        message = f"the line is longer than {MAX_LINE_BYTES >> 20} MiB and was skipped"
        self.tally.add(file, number, Fault("D237", "", message, "no model takes such a record: split it"))
