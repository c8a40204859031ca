"""What no recipe file, conf file or override may contain, whoever wrote it.

`R301`: a key that makes Hydra create objects (`_target_` and its companions).
`R303`: see `interpolation`.
`R304`: settings of Hydra itself (`hydra:`, `hydra/...`), which could load plug-ins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from runner.composition.interpolation import expressions, refusal
from runner.composition.tree import Node
from runner.finding import Finding, Place

FORBIDDEN_KEYS = frozenset({"_target_", "_recursive_", "_convert_", "_args_", "_partial_"})


def enforce(root: Node, allow_env: Collection[str]) -> Iterator[Finding]:
    """Findings of one file's tree; what is refused is taken out of it."""
    yield from _walk(root, "", allow_env, set())
    if isinstance(root.value, dict) and "hydra" in root.value:
        node = root.value.pop("hydra")
        yield hydra_refused("hydra", node.key or node.place)


def _walk(node: Node, path: str, allow_env: Collection[str], seen: set[int]) -> Iterator[Finding]:
    if isinstance(node.value, dict | list):
        if id(node.value) in seen:  # an alias: judged at its anchor
            return
        seen.add(id(node.value))
    if isinstance(node.value, dict):
        for key in [key for key in node.value if key in FORBIDDEN_KEYS]:
            removed = node.value.pop(key)
            yield target_refused(key, removed.key or removed.place, f"{path}.{key}".lstrip("."))
        for key, child in node.value.items():
            yield from _walk(child, f"{path}.{key}".lstrip("."), allow_env, seen)
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from _walk(child, f"{path}[{index}]", allow_env, seen)
    elif isinstance(node.value, str) and "${" in node.value:
        for finding in text_refused(node.value, node.place, path, allow_env):
            node.value = None
            yield finding


def text_refused(text: str, place: Place, path: str, allow_env: Collection[str]) -> list[Finding]:
    """Findings for the `${...}` of one text."""
    reasons = [refusal(expression, allow_env) for expression in expressions(text)]
    return [
        Finding("R303", f"{path}: {why}", place=place, path=path, fix=fix)
        for why, fix in filter(None, reasons)
    ]


def value_refused(value: Any, place: Place, path: str, allow_env: Collection[str]) -> Iterator[Finding]:
    """Findings for a plain value, such as that of an override."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in FORBIDDEN_KEYS:
                yield target_refused(str(key), place, f"{path}.{key}")
            yield from value_refused(item, place, f"{path}.{key}", allow_env)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from value_refused(item, place, f"{path}[{index}]", allow_env)
    elif isinstance(value, str):
        yield from text_refused(value, place, path, allow_env)


def target_refused(key: str, place: Place, path: str) -> Finding:
    """The finding for a key that would create objects."""
    fix = "name a source, step, format or executor by `kind`; `runner schema` lists them"
    return Finding(
        "R301", f"the key {key!r} is not allowed: a recipe cannot run code", place=place, path=path, fix=fix
    )


def hydra_refused(what: str, place: Place) -> Finding:
    """The finding for a setting of Hydra itself."""
    fix = (
        "leave it out; with -m, the launcher, the sweeper and their settings may be given on the command line"
    )
    return Finding(
        "R304", f"{what!r} would change Hydra itself, which a recipe may not", place=place, path=what, fix=fix
    )
