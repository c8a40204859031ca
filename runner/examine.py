"""Stage examine: judge training files that no recipe has built, by the rules of a model and method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.examining.beginnings import format_of
from runner.examining.inputs import Input, named_files, opened
from runner.examining.lengths import Lengths
from runner.examining.limits import Amounts, advised, life, names, outside
from runner.examining.naming import method_named, model_named
from runner.examining.record_schema import source_of
from runner.examining.repeats import judge_repeats
from runner.examining.rules import DataFile, Rules, Side
from runner.examining.scan import Scan
from runner.examining.tally import Noted, Tally
from runner.finding import Finding, Place
from runner.model import Method, Model

SHOW = 5
_WHOLE = -1


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, and how many there are of its rule in its file."""

    finding: Finding
    count: int

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, in the key order of the JSON output."""
        place = self.finding.place or Place("")
        return {
            "code": self.finding.code,
            "severity": self.finding.severity,
            "file": place.file,
            "line": place.line,
            "path": self.finding.path,
            "message": self.finding.message,
            "hint": self.finding.fix,
            "source": self.finding.source,
        }


@dataclass(frozen=True, slots=True)
class Examination:
    """What came out: the findings of the first lines of each rule, and how many there are in all."""

    records: int
    errors: int
    warnings: int
    findings: tuple[Found, ...]
    format: str
    """The format that the records were judged by."""

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return not self.errors

    def as_dict(self) -> dict[str, Any]:
        """The JSON output."""
        summary = {
            "accepted": self.accepted,
            "records": self.records,
            "errors": self.errors,
            "warnings": self.warnings,
        }
        return {"summary": summary, "findings": [found.as_dict() for found in self.findings]}


def examine(
    data: Sequence[str],
    model: str,
    method: str,
    *,
    split: Side = "train",
    validation: Sequence[str] = (),
    show: int = SHOW,
    images: Path | None = None,
    teacher: str | None = None,
    batch_size: int | None = None,
    structure_only: bool = False,
    prepare: Callable[[Model, Method], Model] | None = None,
) -> Examination:
    """Judge the files that `data` and `validation` name, each a path, a pattern or an s3:// URI.

    `model`: any identifier or alias. The files of one side are one set: counted and compared together.
    `structure_only`: no duplicates, no tokens.
    `prepare`: narrows what is known of the model's tokens.
    Errors: `RunnerError` for what is no file, or no model.
    """
    known = model_named(model)
    offered = method_named(known, method)
    if prepare is not None:
        known = prepare(known, offered)
    rules = Rules(known, offered, offered.format, images=images, teacher=teacher, batch_size=batch_size)
    files = [*named_files(data, split), *named_files(validation, "validation")]
    if not files:
        raise RunnerError("no data is named", fix="--data FILE")
    tally = Tally(show)
    scan = _read(files, rules, tally, everything=not structure_only)
    _whole(scan, [file.data for file in files], tally)
    return _examination(scan, tally, [file.data for file in files])


def _read(files: Sequence[Input], rules: Rules, tally: Tally, *, everything: bool) -> Scan:
    """Judge the records of all files, training data first; the first file shows the format."""
    scan: Scan | None = None
    for number, file in enumerate(files):
        with opened(file) as content:
            head = next(content, b"")
            if scan is None:
                told = replace(rules, format=format_of(head, rules))
                scan = Scan(told, tally, Lengths.of(told) if everything else None, duplicates=everything)
            scan.read(number, file.data, chain((head,) if head else (), content))
    assert scan is not None
    return scan


def _whole(scan: Scan, files: Sequence[DataFile], tally: Tally) -> None:
    """What shows when all is read, said of the file if there is only one."""
    for number, file in enumerate(files):
        for fault in names(scan.rules, file):
            tally.add(number, 0, fault)
    judge_repeats(scan, files)
    scan.checker.finish(scan.report(_WHOLE, 0))
    records: dict[str, int] = {}
    size: dict[str, int] = {}
    for number, file in enumerate(files):
        records[file.side] = records.get(file.side, 0) + scan.records[number]
        size[file.side] = size.get(file.side, 0) + scan.size[number]
    amounts = Amounts(records, size)
    only = 0 if len(files) == 1 else _WHOLE
    faults = [] if scan.unread else list(outside(scan.rules, amounts))
    for fault in faults or advised(scan.rules, amounts):
        tally.add(only, 0, fault)
    for fault in life(scan.rules):
        tally.add(_WHOLE, 0, fault)


def _examination(scan: Scan, tally: Tally, files: Sequence[DataFile]) -> Examination:
    found = [
        Found(_finding(note, files[file].name if file != _WHOLE else "", scan.rules.format), count)
        for file, count, note in tally.noted()
    ]
    return Examination(
        sum(scan.records.values()),
        tally.total("error"),
        tally.total("warning"),
        tuple(found),
        scan.rules.format,
    )


def _finding(note: Noted, file: str, format: str) -> Finding:
    fault = note.fault
    place = Place(file, note.line, note.column) if file else None
    message = f"{fault.path}: {fault.message}" if fault.path else fault.message
    source = source_of(fault, format)
    return Finding(fault.code, message, fault.severity, place, path=fault.path, fix=fault.hint, source=source)
