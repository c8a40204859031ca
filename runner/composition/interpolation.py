"""`${a.b}`: a value taken from elsewhere in the recipe. Resolved here, so that no resolver can ever run.

`R009`: a reference that leads nowhere, or in a circle.
`R303`: an expression that is more than a reference: a resolver, or an environment variable that the user did
  not allow.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

_REFERENCE = re.compile(
    r"\s*(?P<dots>\.*)(?P<path>[^\s.:${}\[\]'\",]+(?:\.[^\s.:${}\[\]'\",]+|\[[0-9]{1,9}\])*)\s*\Z"
)
_ENVIRONMENT = re.compile(r"\s*oc\.env\s*:\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*(?:,(?P<default>[^${}]*))?\Z")
_MAX_GROWTH = 1_000_000
_MAX_CHAIN = 50


class Unresolvable(ValueError):
    """A reference that leads nowhere."""


def expressions(text: str) -> list[str]:
    """The insides of every `${...}`, outermost only, each once; an unclosed one goes to the end."""
    return list(dict.fromkeys(inside for _, inside in _parts(text) if inside is not None))


def refusal(expression: str, allow_env: Collection[str]) -> tuple[str, str] | None:
    """Why an expression is not allowed, and the fix; None if it is."""
    if _REFERENCE.match(expression):
        return None
    if environment := _ENVIRONMENT.match(expression):
        name = environment["name"]
        if name in allow_env:
            return None
        return (
            f"reading the environment variable {name} is not allowed",
            f"--allow-env {name}, if you trust this recipe",
        )
    head = expression.partition(":")[0].strip()
    what = f"the resolver {head!r}" if ":" in expression and "$" not in head else "this expression"
    return f"{what} is not allowed in ${{...}}", "write the value, or refer to another one: ${a.b}"


def _parts(text: str) -> list[tuple[str, str | None]]:
    """The text cut into (literal, None) and ("", expression)."""
    parts: list[tuple[str, str | None]] = []
    position = literal = 0
    while (start := text.find("${", position)) >= 0:
        slashes = start
        while slashes and text[slashes - 1] == "\\":
            slashes -= 1
        if (start - slashes) % 2:  # `\${` is a literal `${`
            parts.append((text[literal : start - 1] + "${", None))
            position = literal = start + 2
            continue
        end = _closing(text, start + 2)
        inside = (
            text[start + 2 : end] if end < len(text) else text[start:]
        )  # unclosed: no reference has a `$`
        parts += [(text[literal:start], None), ("", inside)]
        position = literal = end + 1
    parts.append((text[literal:], None))
    return parts


def _closing(text: str, position: int) -> int:
    depth = 1
    for index in range(position, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if not depth:
            return index
    return len(text)


@dataclass(slots=True)
class Resolver:
    """Resolves every reference of one mapping; what cannot be resolved is kept as `failures` by path."""

    root: Mapping[str, Any]
    allow_env: Collection[str] = ()
    failures: dict[str, str] = field(default_factory=dict)
    _known: dict[tuple[str | int, ...], Any] = field(default_factory=dict)
    _growth: int = 0

    def everything(self) -> dict[str, Any]:
        """The mapping with every reference replaced."""
        resolved: dict[str, Any] = {}
        for key, value in self.root.items():
            resolved[key] = self._tree(value, (key,))
        return resolved

    def _tree(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, dict):
            return {key: self._tree(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._tree(item, (*path, index)) for index, item in enumerate(value)]
        try:
            return self._value(value, path, ())
        except Unresolvable as error:
            self.failures[dotted(path)] = str(error)
            return None

    def _value(self, value: Any, path: tuple[str | int, ...], seen: tuple[tuple[str | int, ...], ...]) -> Any:
        """A value found at `path`, resolved; `seen` are the paths on the way to it."""
        if path in seen:
            raise Unresolvable(f"refers to itself: {' -> '.join(dotted(step) for step in (*seen, path))}")
        if len(seen) > _MAX_CHAIN:
            raise Unresolvable(f"goes through more than {_MAX_CHAIN} references")
        chain = (*seen, path)
        if isinstance(value, dict):
            return {key: self._value(item, (*path, key), chain) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item, (*path, index), chain) for index, item in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        parts = _parts(value)
        meant = [inside for _, inside in parts if inside is not None]
        if len(meant) == 1 and not any(literal for literal, _ in parts):
            return self._expression(meant[0], path, chain)
        text = ""
        for literal, inside in parts:
            found = literal if inside is None else self._expression(inside, path, chain)
            if isinstance(found, dict | list):
                raise Unresolvable(
                    f"${{{inside}}} is a {'mapping' if isinstance(found, dict) else 'list'}, not text"
                )
            text += found if isinstance(found, str) else _spelled(found)
        return text

    def _expression(
        self, inside: str, path: tuple[str | int, ...], seen: tuple[tuple[str | int, ...], ...]
    ) -> Any:
        if refusal(inside, self.allow_env):
            raise Unresolvable(f"${{{inside}}} is not allowed")
        if environment := _ENVIRONMENT.match(inside):
            found = os.environ.get(environment["name"], environment["default"])
            if found is None:
                raise Unresolvable(f"the environment variable {environment['name']} is not set")
            return found.strip() if environment["name"] not in os.environ else found
        reference = _REFERENCE.match(inside)
        assert reference is not None
        up = len(reference["dots"])
        base = path[:-up] if up else ()
        names = [
            int(name[1:-1]) if name.startswith("[") else name
            for name in re.findall(r"\[\d+\]|[^.\[\]]+", reference["path"])
        ]
        value: Any = self.root
        target: tuple[str | int, ...] = (*base, *names)
        for depth, name in enumerate(target):
            value = _child(value, name)
            if isinstance(value, str) and "${" in value and depth + 1 < len(target):
                value = self._value(value, target[: depth + 1], seen)
        if target not in self._known:
            self._known[target] = self._value(value, target, seen)
        self._count(self._known[target])
        return self._known[target]

    def _count(self, found: Any) -> None:
        """References can double a text or a mapping again and again: what they add up to is bounded."""
        waiting = [found]
        while waiting:
            item = waiting.pop()
            self._growth += len(item) if isinstance(item, str) else 1
            if self._growth > _MAX_GROWTH:
                raise Unresolvable(
                    f"the references expand to more than {_MAX_GROWTH:,} characters and values"
                )
            if isinstance(item, dict | list):
                waiting += item.values() if isinstance(item, dict) else item


def _child(value: Any, name: str | int) -> Any:
    if isinstance(value, dict) and name in value:
        return value[name]
    if isinstance(value, list) and is_index(str(name), len(value)):
        return value[int(name)]
    raise Unresolvable(f"there is no `{name}` to refer to")


def is_index(name: str, length: int) -> bool:
    """Whether a key names an item of a list of that length."""
    return name.isascii() and name.isdigit() and len(name) < 10 and int(name) < length


def _spelled(value: Any) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def dotted(path: tuple[str | int, ...]) -> str:
    """A path as people write it: `sources.faq.path[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
