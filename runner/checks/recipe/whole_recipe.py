"""Is this a whole recipe, or a part that recipes include?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runner.compose import Composed
from runner.composition.text import BadFile, decoded, read_bytes
from runner.finding import Finding
from runner.model import Model
from runner.resources import shipped


def whole_recipe(composed: Composed, _model: Model | None) -> Iterator[Finding]:
    """Find a conf file, or another YAML file, that was given as a recipe. Nothing else is reported then.

    `R100`: the file is a fragment: it names no model and no sources of its own.
    """
    if not composed.complete:
        return
    missing = [key for key in ("model", "sources") if not composed.mapping.get(key)]
    conf = next(
        (folder for folder in (composed.root / "conf", shipped("conf")) if _below(composed.file, folder)),
        None,
    )
    if not missing or (conf is None and len(missing) < 2):
        return
    what = f"neither {' nor '.join(missing)}" if len(missing) == 2 else f"no {missing[0]}"
    if conf is None:
        fix = "write the missing keys, or give the recipe that includes this file; see `runner init`"
        yield composed.finding("", "R100", f"this is no recipe: it names {what}", fix=fix)
        return
    name = composed.file.relative_to(conf).with_suffix("")
    users = ", ".join(str(path.relative_to(composed.root)) for path in _users(composed.root, str(name)))
    message = f"this is a fragment for defaults lists (conf/{name}.yaml), not a recipe: it names {what}"
    fix = f"give a recipe that includes it: {users}" if users else f"include it: {_entry(name)}"
    yield composed.finding("", "R100", message, fix=fix)


def _below(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder.resolve())


def _users(root: Path, name: str) -> Iterator[Path]:
    """Recipes whose defaults list seems to name the fragment."""
    group, _, option = name.rpartition("/")
    for path in sorted((root / "recipes").glob("*.yaml"))[:100]:
        try:
            lines = decoded(read_bytes(path, path.name), path.name).splitlines()
        except BadFile:
            continue
        entries = [line.strip() for line in lines if line.strip().startswith("- ")]
        if any(option in entry and group in entry for entry in entries):
            yield path


def _entry(name: Path) -> str:
    group = str(name.parent)
    return f"`- {name}`" if group == "." else f"`- {group}: {name.name}`"
