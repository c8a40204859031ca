"""How many records and bytes the model's method takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from runner.finding import Finding, Severity
from runner.model import Model
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset


def records(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """The sizes of the files against the limits of the model's method.

    `D101`: no record is left to train on.
    `D102`: too few or too many training records.
    `D103`: too few or too many validation records.
    `D104`: too few or too many records in both files together.
    `D105`: a file is larger than the method takes.
    """
    totals = dataset.manifest["totals"]
    train, validation = totals["train"], totals["validation"]
    if not train:
        yield _nothing_left(dataset)
        return
    limits = _Limits(recipe, model)
    yield from limits.check("D102", "train_records", train, "training records", "split.train_records")
    if validation:
        yield from limits.check(
            "D103", "validation_records", validation, "validation records", "split.validation"
        )
    both = train + validation
    path = "split.train_records"
    yield from limits.check("D104", "total_records", both, "records in both files", path, already=validation)
    for side in ("train", "validation"):
        size = dataset.manifest["files"].get(f"{side}.jsonl", {}).get("bytes", 0)
        yield from limits.check("D105", f"{side}_bytes", size, f"bytes in {side}.jsonl", "")


class _Limits:
    """The limits of one recipe's model and method."""

    def __init__(self, recipe: Recipe, model: Model) -> None:
        self.model = model
        self.method = model.methods[recipe.method]

    def check(
        self, code: str, name: str, found: int, what: str, path: str, *, already: int = 0
    ) -> Iterator[Finding]:
        """A finding when `found` lies outside the limit `name`; `already` of it cannot be cut by `path`."""
        limit = self.method.limit(name)
        least, most = limit.get("minimum"), limit.get("maximum")
        if least is not None and found < least:
            yield self._finding(
                code,
                f"{found:,} {what}; {self._who} needs {least:,} or more",
                path,
                limit,
                _MORE,
                "warning" if limit.get("doubtful") else "error",
            )
        elif most is not None and found > most:
            fix = (
                f"{path}={most - already}" if path and most > already else "use less data: a source's `limit`"
            )
            lifted = limit.get("adjustable") or limit.get("doubtful")
            severity: Severity = "warning" if lifted else "error"
            note = " (a quota that AWS can raise)" if limit.get("adjustable") else ""
            message = f"{found:,} {what}; {self._who} takes {most:,} at most{note}"
            yield self._finding(code, message, path, limit, fix, severity)

    @property
    def _who(self) -> str:
        return f"{self.method.name} of {self.model.id}"

    def _finding(
        self,
        code: str,
        message: str,
        path: str,
        limit: Mapping[str, Any],
        fix: str,
        severity: Severity = "error",
    ) -> Finding:
        source = self.model.source(limit["source"]) if limit.get("source") else ""
        return Finding(code, message, severity, path=path or "sources", fix=fix, source=source)


_MORE = "add a source, raise `split.train_records`, or drop less"


def _nothing_left(dataset: Dataset) -> Finding:
    totals, dropped = dataset.manifest["totals"], dataset.manifest["dropped"]
    if not totals["read"]:
        return Finding(
            "D101", "the sources hold no record", path="sources", fix="look at what the sources name"
        )
    message = f"none of {totals['read']:,} records is left to train on"
    if held_out := totals["validation"]:
        return Finding(
            "D101",
            f"{message}: the {held_out:,} kept ones are all set aside for validation",
            path="split.validation",
            fix="lower `split.validation`, or drop less",
        )
    most = max(dropped, key=lambda reason: int(dropped[reason]), default="")
    why = f"; most were dropped as {most} ({dropped[most]:,})" if most else ""
    fix = f"see {dataset.folder / 'dropped.jsonl'}"
    path = f"steps.{most.partition(':')[0]}" if most and not most.startswith("read:") else "sources"
    return Finding("D101", f"{message}{why}", path=path, fix=fix)
