"""The merge that Hydra does, once more, with the place of every value and what it replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from runner.composition.interpolation import dotted, is_index
from runner.composition.tree import Node
from runner.finding import Place
from runner.origins import Origin


@dataclass(slots=True)
class Trace:
    """A value of the composed recipe: mapping, list or leaf, with its place and the value before it."""

    value: Any
    place: Place
    key: Place | None
    before: Origin | None = None
    raw: str = ""

    def origin(self) -> Origin:
        """The public form."""
        return Origin(self.place, plain(self.value), self.before, self.key, self.raw)


def plain(value: Any) -> Any:
    """A traced value without places."""
    if isinstance(value, dict):
        return {key: plain(item.value) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item.value) for item in value]
    return value


def of_node(node: Node) -> Trace:
    """The trace of one file's tree."""
    value = node.value
    if isinstance(value, dict):
        value = {key: of_node(child) for key, child in value.items()}
    elif isinstance(value, list):
        value = [of_node(child) for child in value]
    return Trace(value, node.place, node.key, raw=node.raw)


def of_value(value: Any, place: Place, raw: str = "") -> Trace:
    """The trace of a plain value that was written at one place, such as an override."""
    if isinstance(value, dict):
        return Trace({key: of_value(item, place) for key, item in value.items()}, place, place)
    if isinstance(value, list | tuple):
        return Trace([of_value(item, place) for item in value], place, place)
    return Trace(value, place, place, raw=raw)


def embedded(trace: Trace, path: str) -> Trace:
    """The trace below a dotted path."""
    for name in reversed([part for part in path.split(".") if part]):
        trace = Trace({name: trace}, trace.place, trace.key)
    return trace


def below(trace: Trace, path: str) -> Trace:
    """The trace at a dotted path; an empty mapping where there is none."""
    for name in [part for part in path.split(".") if part]:
        found = trace.value.get(name) if isinstance(trace.value, dict) else None
        if found is None:
            return Trace({}, trace.place, None)
        trace = found
    return trace


def merge(below: Trace, above: Trace) -> Trace:
    """`above` laid over `below`: mappings merge key by key, anything else but `???` replaces."""
    if above.value == "???":
        return below
    if isinstance(below.value, dict) and isinstance(above.value, dict):
        merged = dict(below.value)
        for key, item in above.value.items():
            merged[key] = merge(merged[key], item) if key in merged else item
        return Trace(merged, above.place, above.key, below.before)
    if (
        isinstance(below.value, list)
        and isinstance(above.value, dict)
        and _are_indexes(above.value, below.value)
    ):
        items = list(below.value)
        for key, item in above.value.items():
            items[int(key)] = merge(items[int(key)], item)
        return Trace(items, below.place, below.key, below.before)
    return Trace(above.value, above.place, above.key, below.origin(), above.raw)


def _are_indexes(keys: Iterable[str], items: list[Trace]) -> bool:
    return all(is_index(key, len(items)) for key in keys)


def take_out_clashes(below: Trace, node: Node, path: str = "") -> Iterator[tuple[str, Node, Trace]]:
    """Mappings laid over lists and lists over mappings: Hydra stops there, so they leave `node`."""
    if not isinstance(node.value, dict) or not isinstance(below.value, dict):
        return
    for key, child in list(node.value.items()):
        under = below.value.get(key)
        if under is None:
            continue
        here = f"{path}.{key}" if path else key
        kinds = {type(under.value), type(child.value)}
        if kinds == {dict, list}:
            yield here, node.value.pop(key), under
            continue
        yield from take_out_clashes(under, child, here)


def delete(trace: Trace, path: list[str]) -> bool:
    """Take out the value at a path; False if there is none."""
    for name in path[:-1]:
        if not isinstance(trace.value, dict) or name not in trace.value:
            return False
        trace = trace.value[name]
    return isinstance(trace.value, dict) and trace.value.pop(path[-1], None) is not None


def origins(trace: Trace) -> dict[str, Origin]:
    """Origins by dotted path, of mappings and list items too."""
    return {dotted(path): found.origin() for path, found in _walk(trace, ()) if path}


def _walk(trace: Trace, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Trace]]:
    yield path, trace
    if isinstance(trace.value, dict):
        for key, item in trace.value.items():
            yield from _walk(item, (*path, key))
    elif isinstance(trace.value, list):
        for index, item in enumerate(trace.value):
            yield from _walk(item, (*path, index))
