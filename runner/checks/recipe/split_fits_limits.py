"""Do the numbers of records that the split states fit the model's limits, before any data is read?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.compose import Composed
from runner.finding import Finding, Severity
from runner.model import Method, Model

_NAMES = {
    "train_records": ("split.train_records", "training records"),
    "validation_records": ("split.validation", "validation records"),
    "total_records": ("split.train_records", "records in both files"),
}


def split_fits_limits(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare `split` with the limits of each file and of their sum. A share cannot be compared yet.

    `R123`: the split asks for fewer or more records than the model's method takes; a warning where AWS can
      raise the quota.
    """
    method = model.methods.get(str(composed.mapping.get("method"))) if model else None
    split = composed.mapping.get("split")
    if model is None or method is None or not isinstance(split, dict):
        return
    stated = _stated(split)
    for name, (path, what) in _NAMES.items():
        if name in stated:
            yield from _compared(composed, model, method, name, stated[name], path, what)


def _stated(split: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of records that the recipe names, and their sum where it names both."""
    train, validation = split.get("train_records"), split.get("validation")
    found = {}
    if isinstance(train, int) and not isinstance(train, bool) and train >= 1:
        found["train_records"] = train
    if isinstance(validation, int) and not isinstance(validation, bool) and validation >= 1:
        found["validation_records"] = validation
    if len(found) == 2:
        found["total_records"] = sum(found.values())
    return found


def _compared(
    composed: Composed, model: Model, method: Method, name: str, stated: int, path: str, what: str
) -> Iterator[Finding]:
    limit = method.limit(name)
    least, most = limit.get("minimum"), limit.get("maximum")
    source = model.source(limit["source"]) if limit.get("source") else ""
    who = f"{method.name} of {model.id}"
    if least is not None and stated < least:
        message = f"the split asks for {stated:,} {what}; {who} needs {least:,} or more"
        yield composed.finding(path, "R123", message, fix="ask for more records", source=source)
    elif most is not None and stated > most:
        adjustable = bool(limit.get("adjustable"))
        severity: Severity = "warning" if adjustable else "error"
        quota = " (a quota that AWS can raise)" if adjustable else ""
        message = f"the split asks for {stated:,} {what}; {who} takes {most:,} at most{quota}"
        fix = f"ask for {most:,} or fewer" + (" in both together" if name == "total_records" else "")
        yield composed.finding(path, "R123", message, severity=severity, fix=fix, source=source)
