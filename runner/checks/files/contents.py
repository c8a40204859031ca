"""The files look like what the recipe says: packed as their names tell, with the columns that the fields use.

`R402`: there is no record in the files.
`R403`: a column that a field uses is in none of the first rows.
`R404`: a file is not in the format, or not compressed in the way, that its name or `format` says.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice

from runner.compose import Composed
from runner.errors import RunnerError
from runner.finding import Finding
from runner.reading.data_paths import DataPath, data_paths
from runner.reading.fields import TRAINED, TemplateError, columns_of, is_template
from runner.reading.peek import Peek, peek
from runner.reading.storage import local_files
from runner.recipe import Recipe

_FILES_LOOKED_AT = 20
_NEEDED = frozenset(TRAINED) - {"system"}


def contents(recipe: Recipe, composed: Composed) -> Iterator[Finding]:
    """Looks at the first 20 rows of the first 20 files of each local source; not Parquet, S3 or the hub."""
    seen: dict[str, list[Peek]] = {}
    for path in data_paths(recipe):
        if path.part.kind == "files":
            yield from _look(path, composed, seen.setdefault(path.part.label, []))
    for part in recipe.sources:
        if looks := seen.get(part.label):
            yield from _columns(part.label, part.options["fields"], looks, composed)


def _look(path: DataPath, composed: Composed, looks: list[Peek]) -> Iterator[Finding]:
    """Peeks at the files of one path."""
    try:
        found = local_files(path.text, path.reach)
    except RunnerError:
        return  # `paths` has said so
    here = []
    for file in islice(found, _FILES_LOOKED_AT):
        try:
            if file.path.stat().st_size:
                here.append(peek(file, path.part.options.get("format") or "auto"))
        except RunnerError as error:
            yield composed.finding(path.at, "R404", error.message, fix=error.fix)
    looks += here
    if here and len(here) == len(found) and not any(look.rows for look in here):
        lines = sum(look.lines for look in here)
        what = f"none of the first {lines} lines is a JSON object" if lines else "it holds no record"
        yield composed.finding(
            path.at, "R402", f"{path.text}: {what}", fix="write one JSON object a line, or a JSON array"
        )


def _columns(label: str, fields: dict[str, str], looks: list[Peek], composed: Composed) -> Iterator[Finding]:
    known = frozenset[str]().union(*(look.columns for look in looks if look.columns is not None))
    if not known or any(look.columns is None for look in looks):
        return
    sure = all(look.whole for look in looks)
    for field, value in fields.items():
        try:
            missing = [column for column in columns_of(value) if column not in known]
        except TemplateError:
            continue  # the recipe's own check has said so
        for column in missing:
            # A row may lack a column that others have; a field to train on that none has is a slip.
            certain = sure or (field in _NEEDED and not is_template(value))
            yield composed.finding(
                f"sources.{label}.fields.{field}",
                "R403",
                f"no row has a column {column!r}"
                if sure
                else f"none of the first rows has a column {column!r}",
                severity="error" if certain else "warning",
                fix=_close(column, known),
            )


def _close(column: str, known: frozenset[str]) -> str:
    close = difflib.get_close_matches(column, known, n=1)
    return (f"did you mean {close[0]!r}? " if close else "") + f"the columns are {', '.join(sorted(known))}"
