"""Records of Bedrock's model invocation log: prompts, or prompts and answers, for distillation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.examining.keys import seen
from runner.examining.log_entry import entry_of, reasons_against
from runner.examining.rules import Checker, DataFile, Fault, Fit, Report, Rules, Text
from runner.examining.strings import strings_in


def invocation_log(rules: Rules) -> Checker:
    """Which records of a log the job can use: one turn, text only, answered, and by the teacher if so asked.

    A log holds what was called, so a record that cannot be used is a warning; too few that can are an error.

    `D285`: the record lacks its model, its input or its output.
    `D286`: the call failed: there is no answer.
    `D287`: the request or the answer was too large for the log and lies apart in S3.
    `D288`: the conversation has several turns.
    `D289`: the request holds more than one text.
    `D290`: the request holds no text; with `--teacher`, the answer holds none.
    `D291`: the answer is not the teacher's (only with `--teacher`).
    `D292`: the name of a log file does not say that it is compressed.
    `D293`: too few records of the log can be used.
    """
    return _Log(rules).checker()


class _Log:
    """The records of one examination: how many can be used."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._rule = rules.content("invocation_log")
        self._usable = 0
        self._all = 0
        self._misnamed: list[str] = []

    def checker(self) -> Checker:
        """The functions that the engine calls."""
        return Checker(self._fit, self._judge, _texts, begin=self._begin, finish=self._finish)

    def _begin(self, file: DataFile) -> None:
        ending = self._rule.get("ends_with")
        if ending and not file.name.endswith(ending):
            self._misnamed.append(file.name)

    def _fit(self, row: Any) -> Fit | None:
        if type(row) is not dict:
            return None
        entry = entry_of(row)
        if any(True for _ in reasons_against(entry, self._rules)):
            return None
        self._all += 1
        self._usable += 1
        return Fit(strings_in(row), ("", "".join(entry.call.asked), entry.call.answer))

    def _judge(self, row: Any, report: Report) -> None:
        self._all += 1
        usable = True
        for fault in reasons_against(entry_of(row), self._rules):
            usable = usable and fault.severity == "advice"
            report(fault)
        self._usable += usable

    def _finish(self, report: Report) -> None:
        source = self._rules.cite(self._rule)
        for name in self._misnamed:
            message = f"{name} does not end with {self._rule['ends_with']}: it will not be read as a log"
            report(Fault("D292", "", message, f"compress it: gzip {name}", source))
        limit = self._rules.limit(f"{self._rules.side}_records")
        least = limit.get("minimum") or 0
        if self._all >= least > self._usable:
            found = f"{self._usable:,} of {self._all:,} records can be used"
            message = f"{found}; {self._rules.who} needs {least:,}"
            hint = "collect more calls, or write the prompts to a file of their own: the format converse"
            report(Fault("D293", "", message, hint, self._rules.cite(limit)))


def _texts(row: Any) -> Iterator[Text]:
    entry = entry_of(row if isinstance(row, Mapping) else {})
    for text in entry.call.asked:
        if seen(text):
            yield Text(entry.asked_at, "user", text)
    if seen(entry.call.answer):
        yield Text(entry.answered_at, "assistant", entry.call.answer)
