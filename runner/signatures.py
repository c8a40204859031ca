"""The JSON Schema of a plug-in's options, from its signature and docstring."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

_SIMPLE = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    Decimal: "number",
    type(None): "null",
}


class Between(typing.NamedTuple):
    """What a number may be: `Annotated[int, Between(1, 8)]` is the type of an option from 1 to 8."""

    low: float
    high: float


def options_schema(function: Callable[..., Any]) -> dict[str, Any]:
    """The JSON Schema of a plug-in's options: its keyword-only arguments, described by its docstring."""
    docs = dict(_described(inspect.getdoc(function) or ""))
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is not parameter.KEYWORD_ONLY:
            continue
        schema = _type_schema(_evaluated(parameter.annotation, function))
        if name in docs:
            schema["description"] = docs[name]
        if parameter.default is parameter.empty:
            required.append(name)
        else:
            schema["default"] = _plain(parameter.default)
        properties[name] = schema
    summary = (inspect.getdoc(function) or "").partition("\n")[0]
    return {
        "type": "object",
        "description": summary,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _described(doc: str) -> Iterator[tuple[str, str]]:
    """Options named in a docstring: lines that start with `` `name`: ``, continued by indented lines."""
    for found in re.finditer(r"^[-* ]*`(\w+)`: *(.*(?:\n[ \t]+\S.*)*)", doc, re.M):
        yield found[1], " ".join(found[2].split())


def _evaluated(annotation: Any, function: Callable[..., Any]) -> Any:
    """The type of one argument; only the plug-in's own module is looked at."""
    if not isinstance(annotation, str):
        return annotation
    module = inspect.getmodule(function)
    return eval(annotation, dict(vars(module)) if module else {})


def _type_schema(kind: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    if origin is typing.Annotated:
        bounds: Between = arguments[1]
        return {**_type_schema(arguments[0]), "minimum": bounds.low, "maximum": bounds.high}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return _union([_type_schema(argument) for argument in arguments])
    if origin in (tuple, list) or kind in (tuple, list):
        items = [argument for argument in arguments if argument is not Ellipsis]
        return {"type": "array", "items": _type_schema(items[0])} if items else {"type": "array"}
    if (origin or kind) in (dict, Mapping):
        return (
            {"type": "object", "additionalProperties": _type_schema(arguments[1])}
            if arguments
            else {"type": "object"}
        )
    if kind in (Any, inspect.Parameter.empty):
        return {}
    return {"type": "string"}  # such as a Path


def _union(options: list[dict[str, Any]]) -> dict[str, Any]:
    """One schema for `X | Y`; kept flat where possible, since flat violations read better."""
    nullable = [option for option in options if option == {"type": "null"}]
    rest = [option for option in options if option != {"type": "null"}]
    if len(rest) == 1 and nullable:
        only = dict(rest[0])
        if "enum" in only:
            only["enum"] = [*only["enum"], None]
        if "type" in only:
            only["type"] = [*([only["type"]] if isinstance(only["type"], str) else only["type"]), "null"]
        return only
    if all(set(option) == {"type"} for option in options):
        return {"type": [option["type"] for option in options]}
    return {"anyOf": options}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Decimal) else value
