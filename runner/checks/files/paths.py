"""The data that the recipe names is there, and where a recipe may look.

`R310`: a path written in a file ends outside the project and its data roots, links followed.
`R401`: a path does not exist, or cannot be opened.
`R402`: there is no record: an empty file, or a pattern that matches nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from runner.compose import Composed
from runner.errors import RunnerError
from runner.finding import Finding
from runner.reading.confine import MissingError, OutsideError, Reach
from runner.reading.data_paths import DataPath, data_paths
from runner.reading.listing import is_pattern
from runner.reading.storage import local_files
from runner.recipe import Recipe

_NAMES_SHOWN = 8


def paths(recipe: Recipe, composed: Composed) -> Iterator[Finding]:
    """Every local path of every source can be read and holds something. S3 and the hub are not asked."""
    for part in recipe.sources:
        if part.kind == "files" and not part.options["path"]:
            at = f"sources.{part.label}.path"
            yield composed.finding(at, "R402", "no path is given", fix="name a file")
    for path in data_paths(recipe):
        try:
            yield from _empty(path, composed)
        except OutsideError as error:
            yield composed.finding(path.at, "R310", error.message, fix=error.fix)
        except MissingError as error:
            code = "R402" if is_pattern(path.text) else "R401"
            yield composed.finding(path.at, code, error.message, fix=_similar(path))
        except RunnerError as error:
            yield composed.finding(path.at, "R401", error.message, fix=error.fix)


def _empty(path: DataPath, composed: Composed) -> Iterator[Finding]:
    """Opens every file, so that what cannot be opened is told now; says which hold no byte."""
    sizes = {}
    for file in local_files(path.text, path.reach):
        with file.reach.open(file.path) as handle:
            sizes[file.name] = len(handle.read(1))
    empty = [name for name, size in sizes.items() if not size]
    if empty and len(empty) == len(sizes):
        which = path.text if len(sizes) == 1 else f"each of the {len(sizes)} files of {path.text}"
        yield composed.finding(
            path.at, "R402", f"{which} is empty", fix="write the records into it, or name another"
        )


def _similar(path: DataPath) -> str:
    """What is there instead: the nearest name, and what the nearest folder holds."""
    written = path.reach.absolute(path.text)
    folder = _nearest(written, path.reach)
    if folder is None:
        return "name a path that exists"
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    missing = written.relative_to(folder).parts[0]
    shown = _shown(folder, path.reach)
    listed = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
    holds = f"{shown} holds {listed}" if names else f"{shown} is empty"
    close = difflib.get_close_matches(missing, names, n=1)
    return f"did you mean {close[0]}? {holds}" if close and not is_pattern(missing) else holds


def _nearest(written: Path, reach: Reach) -> Path | None:
    """The nearest folder above that exists, if the recipe may look into it."""
    folder = next(parent for parent in written.parents if parent.is_dir())
    return folder if reach.holds(folder.resolve()) and written.is_relative_to(folder) else None


def _shown(folder: Path, reach: Reach) -> str:
    inside = folder.is_relative_to(reach.base)
    return str(folder.relative_to(reach.base)) if inside and folder != reach.base else str(folder)
