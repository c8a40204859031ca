"""Checks a request against botocore's own service model before it is sent: what boto3 leaves unchecked too.

boto3 looks at required members, types and minima. This also looks at enumerations, patterns and maxima.
Patterns run in RE2, whose time is linear: AWS's own pattern for job names takes Python's `re` minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from runner.aws.connection import fresh_session

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Breach:
    """One member that AWS would refuse: `path` such as `trainingDataConfig.s3Uri`, and what is wrong."""

    path: str
    message: str


def breaches(service: str, operation: str, request: Mapping[str, Any]) -> list[Breach]:
    """Everything in which a request departs from the published model of the service."""
    return list(_walk(_model(service).operation_model(operation).input_shape, request, ""))


@cache
def _model(service: str) -> Any:
    return fresh_session().get_service_model(service)


def _walk(shape: Any, value: Any, path: str) -> Iterator[Breach]:
    kind = shape.type_name
    wanted = _PYTHON.get(kind)
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean")):
        yield Breach(path, f"is {value!r:.{_SHOWN}}, but must be of type {kind}")
    elif kind == "structure":
        yield from _structure(shape, value, path)
    elif kind == "list":
        yield from _size(shape, len(value), path, "entries")
        for index, item in enumerate(value):
            yield from _walk(shape.member, item, f"{path}[{index}]")
    elif kind == "map":
        yield from _size(shape, len(value), path, "entries")
        for key, item in value.items():
            yield from _walk(shape.key, key, f"{path}.{key}")
            yield from _walk(shape.value, item, f"{path}.{key}")
    elif kind == "string":
        yield from _text(shape, value, path)
    elif kind in ("integer", "long", "float", "double"):
        yield from _size(shape, value, path, "")


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[Breach]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield Breach(f"{prefix}{name}", "is missing")
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield Breach(path, f"must have exactly one of {', '.join(shape.members)}, not {len(value)}")
    for name, item in value.items():
        if name not in shape.members:
            yield Breach(f"{prefix}{name}", f"is no member; there are {', '.join(shape.members)}")
        elif item is not None:
            yield from _walk(shape.members[name], item, f"{prefix}{name}")


def _text(shape: Any, value: str, path: str) -> Iterator[Breach]:
    yield from _size(shape, len(value), path, "characters")
    if shape.enum and value not in shape.enum:
        yield Breach(path, f"is {value!r:.{_SHOWN}}, but must be one of {', '.join(shape.enum)}")
    pattern = shape.metadata.get("pattern")
    if pattern and not _pattern(pattern).fullmatch(value):
        yield Breach(path, f"is {value!r:.{_SHOWN}}, which AWS's pattern refuses: {pattern}")


def _size(shape: Any, size: float, path: str, unit: str) -> Iterator[Breach]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    of = f" {unit}" if unit else ""
    if low is not None and size < low:
        yield Breach(
            path, f"has {size}{of}, at least {low} are needed" if unit else f"is {size}, below {low}"
        )
    if high is not None and size > high:
        yield Breach(
            path, f"has {size}{of}, at most {high} are taken" if unit else f"is {size}, above {high}"
        )


@cache
def _pattern(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    # RE2 counts to 1000 at most; such a text has a maximum length of its own in the model.
    return re2.compile(re.sub(r"\{(\d+),\d{4,}\}", r"{\1,}", pattern), options)


_PYTHON: dict[str, type | tuple[type, ...]] = {
    "structure": Mapping,
    "map": Mapping,
    "list": (list, tuple),
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}
