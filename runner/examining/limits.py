"""What only the whole tells: how many records and bytes there are, and how the files are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from runner.examining.rules import DataFile, Fault, Rules
from runner.facts import advice
from runner.finding import Severity
from runner.model import instead
from runner.reading.compression import suffix_compression


class Amounts(NamedTuple):
    """What the files hold, by side."""

    records: Mapping[str, int]
    size: Mapping[str, int]
    """Unpacked bytes."""


def outside(rules: Rules, amounts: Amounts) -> Iterator[Fault]:
    """The amounts against the limits of the model's method.

    `D225`: too few or too many training records.
    `D226`: too few or too many validation records.
    `D227`: too few or too many records in all files together.
    `D228`: more bytes than the method takes.
    `D229`: validation data for a method that takes none.
    """
    train, validation = amounts.records.get("train"), amounts.records.get("validation")
    if train is not None:
        yield from _range(rules, "D225", "train_records", train, "training records")
    if validation is not None:
        yield from _range(rules, "D226", "validation_records", validation, "validation records")
    if train is not None:  # validation data alone say nothing of the sum
        both = train + (validation or 0)
        what = "records in the training and validation files" if validation else "training records"
        yield from _range(rules, "D227", "total_records", both, what)
    for side, size in amounts.size.items():
        yield from _range(rules, "D228", f"{side}_bytes", size, f"bytes of {_SIDES[side]} data")
    rule = rules.method.data.get("validation") or {}
    if validation is not None and rule.get("allowed") is False:
        message = f"{rules.who} takes no validation data"
        yield Fault("D229", "", message, "leave the validation file out", rules.cite(rule))


def names(rules: Rules, file: DataFile) -> Iterator[Fault]:
    """The name under which a file would be uploaded.

    `D235`: the name has another ending than the method takes, or the file is compressed.
    `D236`: the key on S3 holds characters that the method refuses.
    """
    on_s3 = file.location.startswith("s3://")
    severity: Severity = "error" if on_s3 else "warning"
    key = file.location.removeprefix("s3://").partition("/")[2] if on_s3 else file.location
    name = PurePosixPath(key).name
    plain, compression = suffix_compression(name)
    logs = rules.format == "invocation_log"
    rule = rules.content("invocation_log" if logs else "file_name")
    ending = rule.get("ends_with") or ("" if logs else ".jsonl")
    if compression and not logs:
        message = f"the file is compressed ({compression}); a job reads plain JSON Lines"
        yield Fault("D235", "", message, f"unpack it: {plain}", rules.cite(rule), severity)
    elif not name.endswith(ending):
        message = f"the name does not end with {ending}"
        stem = name.rpartition(".")[0] or name
        yield Fault("D235", "", message, f"rename it: {stem}{ending}", rules.cite(rule), severity)
    rule = rules.content("s3_key")
    pattern = rule.get("pattern")
    if pattern and not re.fullmatch(pattern, judged := key if on_s3 else name):
        bad = "".join(dict.fromkeys(char for char in judged if not re.fullmatch(pattern, char)))
        message = f"the name holds {bad!r}; {rules.who} takes {rule.get('words', pattern)} in keys of S3"
        yield Fault("D236", "", message, "rename it", rules.cite(rule), severity)


def life(rules: Rules) -> Iterator[Fault]:
    """Whether a job could use the data at all.

    `D239`: the model takes no new jobs, or the sources disagree on it; the data are judged all the same.
    """
    facts, model = rules.model.lifecycle, rules.model
    if model.jobs_allowed:
        return
    note = f": {facts['note']}" if facts.get("note") else ""
    if model.jobs_allowed is False:
        message = (
            f"{model.name} takes no new jobs ({facts['status']}{note}); the data are judged by its last rules"
        )
        hint = instead(model, rules.method.name)
    else:
        message = f"it is not certain that {model.name} still takes new jobs{note}"
        hint = "ask the service before a paid job: aws bedrock get-foundation-model"
    yield Fault("D239", "", message, hint, rules.cite(facts), "warning")


def advised(rules: Rules, amounts: Amounts) -> Iterator[Fault]:
    """Recommendations, apart from limits.

    `D241`: fewer or more training records than are recommended for the method.
    """
    train = amounts.records.get("train", 0)
    volume = advice(rules.method.name).get("volume") or {}
    rule = volume.get("train_records") or {}
    if not train or rules.format not in volume.get("formats", ()):
        return
    source = rule.get("cited", "")
    if train < rule.get("minimum", 0):
        message = f"{train:,} training records; {rule['minimum']:,} or more are recommended"
        yield Fault("D241", "", message, "collect more before paying for more epochs", source, "advice")
    elif rule.get("maximum") and train > rule["maximum"]:
        message = f"{train:,} training records; up to {rule['maximum']:,} are recommended"
        yield Fault("D241", "", message, "a smaller, better part may do", source, "advice")


_SIDES = {"train": "training", "validation": "validation"}


def _range(rules: Rules, code: str, name: str, found: int, what: str) -> Iterator[Fault]:
    limit = rules.limit(name)
    least, most = limit.get("minimum"), limit.get("maximum")
    source = rules.cite(limit)
    if least is not None and found < least:
        message = f"{found:,} {what}; {rules.who} needs {least:,} or more"
        yield Fault(code, "", message, "add records", source, _certain(limit))
    elif most is not None and found > most:
        note = " (a quota that AWS can raise)" if limit.get("adjustable") else ""
        message = f"{found:,} {what}; {rules.who} takes {most:,} at most{note}"
        yield Fault(code, "", message, f"leave {found - most:,} out", source, rules.severity(limit))


def _certain(limit: Mapping[str, Any]) -> Severity:
    """AWS raises no minimum, so that `adjustable` says nothing about it."""
    return "warning" if limit.get("doubtful") else "error"
