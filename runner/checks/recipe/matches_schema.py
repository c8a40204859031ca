"""Does every key exist, and does every value have the right type?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner import plugins
from runner.compose import Composed
from runner.errors import RunnerError
from runner.finding import Finding
from runner.model import Model
from runner.recipe_schema import part_schema
from runner.schema import Problem, did_you_mean, problems, recipe_schema, shown

_OWN = ("name", "model", "method", "sources")  # what every recipe says itself
_FOLDERS = {"sources": "sources", "steps": "steps", "format": "formats", "executor": "executors"}


def matches_schema(composed: Composed, _model: Model | None) -> Iterator[Finding]:
    """Compare the recipe with schemas/recipe.schema.json, and the options of each part with its kind.

    `R101`: a key that nothing reads, such as a misspelled one.
    `R103`: a key that must be there is missing.
    `R104`: a value of the wrong type, or none of the allowed ones.
    `R105`: a source, step, format or executor of a kind that does not exist.
    """
    yield from _without_base(composed)
    for problem in problems(recipe_schema(), composed.mapping):
        if problem.rule == "missing" and len(problem.path) == 1 and problem.path[0] not in _OWN:
            continue  # one finding for all of them
        if problem.scalar and problem.path[:1] == ("budget",) and str(problem.path[-1]).startswith("max_usd"):
            continue  # the check `money` says it better
        yield _finding(composed, (), problem)
    for path, value in _parts(composed.mapping):
        yield from _part(composed, path, value)


def _without_base(composed: Composed) -> Iterator[Finding]:
    """The keys that conf/base.yaml carries for every recipe."""
    missing = [key for key in recipe_schema()["required"] if key not in composed.mapping and key not in _OWN]
    if missing:
        fix = "put `- base` first in the defaults list: conf/base.yaml has a default for each"
        verb = "is" if len(missing) == 1 else "are"
        yield composed.finding("", "R103", f"{', '.join(missing)} {verb} missing", fix=fix)


def _parts(mapping: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for group in ("sources", "steps"):
        parts = mapping.get(group)
        for label, value in parts.items() if isinstance(parts, dict) else ():
            yield (group, label), value
    for name in ("format", "executor"):
        if isinstance(mapping.get(name), dict):
            yield (name,), mapping[name]


def _part(composed: Composed, path: tuple[str, ...], value: Any) -> Iterator[Finding]:
    """The options of one labelled part, by the schema of its kind."""
    if value is None and path[0] == "steps":
        value = {}
    if not isinstance(value, dict):
        return  # the recipe's own schema has said so
    folder = _FOLDERS[path[0]]
    kind = value.get("kind")
    if kind is None:
        kind = None if path[0] == "format" else path[-1]
    if kind is not None and (not isinstance(kind, str) or kind not in plugins.names(folder)):
        yield _unknown_kind(composed, path, kind, stated=value.get("kind") is not None, folder=folder)
        return
    try:
        schema = part_schema(folder, kind)
    except (ImportError, RunnerError) as error:
        message = f"{'.'.join(path)}: the {folder} plug-in {kind!r} cannot be loaded: {error}"
        yield composed.finding(".".join(path), "R105", message)
        return
    for problem in problems(schema, value):
        yield _finding(composed, path, problem, kind)


def _unknown_kind(
    composed: Composed, path: tuple[str, ...], kind: Any, *, stated: bool, folder: str
) -> Finding:
    names = plugins.names(folder)
    where = ".".join(path)
    noun = folder.removesuffix("s")
    known = ", ".join(names)
    if not isinstance(kind, str):
        message = f"{where}.kind is {shown(kind)}, but must be one of {known}"
        return composed.finding(f"{where}.kind", "R104", message)
    message = f"{where}: there is no {noun} named {kind!r}{did_you_mean(kind, names)}"
    fix = f"one of: {known}" if stated else f"add `kind:` with one of: {known}"
    return composed.finding(f"{where}.kind" if stated else where, "R105", message, fix=fix, at_key=not stated)


def _finding(composed: Composed, base: tuple[str, ...], problem: Problem, kind: str | None = None) -> Finding:
    path = _dotted((*base, *problem.path))
    of_kind = f" of {kind}" if kind and problem.rule == "unknown" else ""
    origin = composed.origins.get(path)
    if problem.rule == "missing" or (problem.nothing and path in {"name", "model", "method"}):
        return composed.finding(
            path, "R103", f"{path} is missing", fix=problem.fix or _described(path), missing=True
        )
    if problem.rule == "unknown":
        message = f"{path} {problem.message.replace('known key', f'known key{of_kind}', 1)}"
        return composed.finding(path, "R101", message, fix=problem.fix, at_key=True)
    fix = problem.fix
    if origin and isinstance(origin.value, bool) and origin.raw.lower() in {"yes", "no", "on", "off"}:
        read = str(origin.value).lower()
        fix = f'YAML reads `{origin.raw}` as {read}; quote it to keep the word: "{origin.raw}"'
    return composed.finding(path, "R104", f"{path} {problem.message}", fix=fix, at_key=problem.rule == "name")


def _described(path: str) -> str:
    described = recipe_schema()["properties"].get(path, {}).get("description", "")
    return str(described)


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
