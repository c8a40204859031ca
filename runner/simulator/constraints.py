"""Every constraint of the service model on a request: required, length, range, enum, pattern, union."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from runner.simulator.refused import Refused
from runner.simulator.rules import rule

MODEL = rule(
    "A request must fit the service model: required members, lengths, ranges, enums, patterns, unions",
    provenance="documented",
    source="botocore's service model",
)


def require_valid(shape: Any, params: dict[str, Any]) -> None:
    """Errors: `Refused` (ValidationException) naming every violation."""
    found = list(violations(shape, params)) if shape is not None else []
    if found:
        plural = "error" if len(found) == 1 else "errors"
        message = f"{len(found)} validation {plural} detected: {'; '.join(found)}"
        raise Refused("ValidationException", message, rule=MODEL)


def violations(shape: Any, value: Any, path: str = "") -> Iterator[str]:
    """What is wrong with a value, in AWS's words."""
    kind = shape.type_name
    if kind == "structure" and not shape.is_document_type:
        yield from _structure(shape, value, path)
    elif kind == "list":
        yield from _size(shape, value, path, "have length")
        for index, item in enumerate(value):
            yield from violations(shape.member, item, f"{path}.{index + 1}.member")
    elif kind == "map":
        yield from _size(shape, value, path, "have length")
        for key, item in value.items():
            yield from violations(shape.key, key, path)
            yield from violations(shape.value, item, f"{path}.{key}.member")
    elif kind in {"string", "blob"}:
        yield from _size(shape, value, path, "have length")
        yield from _words(shape, value, path)
    elif kind in {"integer", "long", "float", "double"}:
        yield from _range(shape, value, path)


def _structure(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            place = _under(path, name)
            yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        given = ", ".join(value) or "none"
        yield f"Value at '{path}' failed to satisfy constraint: exactly one member must be set, not {given}"
    for name, member in shape.members.items():
        if name in value:
            yield from violations(member, value[name], _under(path, name))


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _size(shape: Any, value: Any, path: str, words: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield _failed(value, path, f"{words} greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield _failed(value, path, f"{words} less than or equal to {most}")


def _range(shape: Any, value: float, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield _failed(value, path, f"have value greater than or equal to {least}")
    if most is not None and value > most:
        yield _failed(value, path, f"have value less than or equal to {most}")


def _words(shape: Any, value: Any, path: str) -> Iterator[str]:
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        yield _failed(value, path, f"satisfy enum value set: [{', '.join(allowed)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not matcher(pattern)(value):
        yield _failed(value, path, f"satisfy regular expression pattern: {pattern}")


def _failed(value: Any, path: str, must: str) -> str:
    shown = str(value)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    return f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must {must}"


@functools.cache
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a whole string fits a pattern, in linear time: AWS's job name pattern backtracks in `re`."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error:
        # RE2 refuses counts above 1,000, such as `.{1,1024}`; these repeat one class and cannot backtrack.
        compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None
