"""Drop or require records by regular expressions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.record import Record, Records
from runner.text.characters import well_formed

SCOPE = "record"

_PATTERN_BYTES = 1 << 20


def filter_pattern(
    records: Records,
    *,
    drop: tuple[str, ...] = (),
    require: tuple[str, ...] = (),
    fields: tuple[str, ...] = (),
) -> Iterator[Record]:
    r"""Drop records in which a pattern is found, or in which a required one is not.

    Patterns are regular expressions in the syntax of RE2, which takes time in proportion to the text whatever
    the pattern: no look-ahead and no back-references; `\p{Han}`, `\p{Hiragana}` and the like work, `(?i)`
    ignores case, `(?s)` lets `.` match line ends. `\d`, `\w` and `\b` know ASCII only.

    `drop`: the record is dropped if one of these is found in one of the fields.
    `require`: the record is dropped unless each of these is found in one of the fields.
    `fields`: names of fields; empty means every field that is trained on.

    Drops with reason `pattern`: a pattern of `drop` was found; the detail is the pattern.
    Drops with reason `no_pattern`: a pattern of `require` was not found; the detail is the pattern.
    """
    if not drop and not require:
        raise ValueError("give at least one pattern in drop or require")
    unwanted = [(pattern, _compiled(pattern)) for pattern in drop]
    needed = [(pattern, _compiled(pattern)) for pattern in require]

    def judged(record: Record) -> Record:
        texts = [
            well_formed(record.fields[name]) for name in fields or record.fields if name in record.fields
        ]
        for pattern, compiled in unwanted:
            if any(compiled.search(text) for text in texts):
                return record.drop("pattern", pattern)
        for pattern, compiled in needed:
            if not any(compiled.search(text) for text in texts):
                return record.drop("no_pattern", pattern)
        return record

    return map(judged, records)


def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _PATTERN_BYTES
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"the pattern {pattern!r} is not valid: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
