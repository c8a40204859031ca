"""JSON Schema: from the signature of a plug-in, and from a violation to a sentence that a person can act on."""

from __future__ import annotations

import difflib
import inspect
import json
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from runner.origins import spelled
from runner.resources import shipped

_SIMPLE = {bool: "boolean", int: "integer", float: "number", str: "string", Decimal: "number", type(None): "null"}
_NAMES = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "null": "null",
    "array": "a list",
    "object": "a mapping",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One violation. `rule` is `unknown`, `missing`, `name` or `value`; `path` is relative to the value that was checked."""

    path: tuple[str | int, ...]
    rule: str
    message: str
    """What is wrong, to follow the path: `is "ten", but must be a whole number`."""
    fix: str = ""
    nothing: bool = False
    """The value is null."""
    scalar: bool = False
    """The value is neither a list nor a mapping."""


def options_schema(function: Callable[..., Any]) -> dict[str, Any]:
    """The JSON Schema of a plug-in's options: its keyword-only, typed arguments; descriptions come from its docstring."""
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


def problems(schema: Mapping[str, Any], value: Any) -> Iterator[Problem]:
    """Everything in which a value departs from a schema, in words."""
    for error in sorted(_validator(schema).iter_errors(value), key=lambda error: [str(part) for part in error.path]):
        yield from _in_words(error)


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing if no option is close."""
    known = {option.lower(): option for option in options}
    close = difflib.get_close_matches(str(name).lower(), known, n=1, cutoff=0.6)
    return f"; did you mean {known[close[0]]!r}?" if close else ""


@cache
def recipe_schema() -> Mapping[str, Any]:
    """`schemas/recipe.schema.json`."""
    return json.loads((shipped("schemas") / "recipe.schema.json").read_bytes())  # type: ignore[no-any-return]


def names_of_types(kinds: str | list[str]) -> str:
    """`a whole number or null`."""
    listed = [kinds] if isinstance(kinds, str) else kinds
    listed = [kind for kind in listed if kind != "integer" or "number" not in listed]
    return " or ".join(_NAMES[kind] for kind in listed)


def _validator(schema: Mapping[str, Any]) -> Any:
    from jsonschema.validators import Draft202012Validator

    return Draft202012Validator(schema)


def _in_words(error: Any) -> Iterator[Problem]:
    path, value, limit = tuple(error.absolute_path), error.instance, error.validator_value
    if error.validator == "additionalProperties" and limit is False:
        known = list(error.schema.get("properties", {}))
        for key in [key for key in value if key not in known]:
            fix = f"known here: {', '.join(known)}" if known else "nothing is known here: leave it out"
            yield Problem((*path, key), "unknown", f"is not a known key{did_you_mean(key, known)}", fix)
    elif error.validator == "required":
        name = error.message.split("'")[1]
        described = error.schema.get("properties", {}).get(name, {}).get("description", "")
        yield Problem((*path, name), "missing", "is missing", described)
    elif "propertyNames" in error.absolute_schema_path:
        fix = "use letters, digits, `_` and `-`, with a letter first: it must be possible to type it in an override"
        yield Problem((*path, value), "name", f"cannot be a label: {value!r}", fix)
    else:
        message = f"is {shown(value)}, but must be {_wanted(error)}"
        scalar = not isinstance(value, dict | list)
        yield Problem(path, "value", message, _value_fix(error), nothing=value is None, scalar=scalar)


def shown(value: Any) -> str:
    """A value as findings quote it: text in quotes, lists and mappings by their kind."""
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"the list {spelled(list(value))}"
    return json.dumps(spelled(value), ensure_ascii=False) if isinstance(value, str) else spelled(value)


def _wanted(error: Any) -> str:
    limit = error.validator_value
    if error.validator == "type":
        return names_of_types(limit)
    if error.validator == "enum":
        return f"one of {', '.join(spelled(option) for option in limit)}"
    if error.validator == "pattern":
        return f"text that matches {limit}"
    if error.validator == "anyOf":
        return " or ".join(_kind_words(option) for option in limit)
    words = {
        "minimum": f"{limit} or more",
        "maximum": f"{limit} or less",
        "exclusiveMinimum": f"more than {limit}",
        "exclusiveMaximum": f"less than {limit}",
        "const": spelled(limit),
        "minItems": f"a list of {limit} or more",
        "maxItems": f"a list of {limit} or less",
        "minLength": f"text of {limit} or more characters",
    }
    return words.get(error.validator, f"according to the rule {error.validator}: {spelled(limit)}")


def _kind_words(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "array":
        items = schema.get("items", {}).get("type")
        return f"a list of {_NAMES[items]}" if isinstance(items, str) and items in _NAMES else "a list"
    if "enum" in schema:
        return " or ".join(spelled(option) for option in schema["enum"])
    return names_of_types(schema["type"]) if "type" in schema else "another value"


def _value_fix(error: Any) -> str:
    if error.validator == "enum" and isinstance(error.instance, str):
        options = [option for option in error.validator_value if isinstance(option, str)]
        return did_you_mean(error.instance, options).removeprefix("; ")
    if error.validator == "type" and error.validator_value == "array" and not isinstance(error.instance, dict):
        return f"write a list: [{spelled(error.instance)}]"
    if error.validator == "type" and "string" in error.validator_value and not isinstance(error.instance, dict | list):
        return f'quote it, if the text is meant: "{spelled(error.instance)}"' if error.instance is not None else ""
    return ""


def _described(doc: str) -> Iterator[tuple[str, str]]:
    """Options named in a docstring: a paragraph or line that starts with `` `name`: ``, continued by indented lines."""
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
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return _union([_type_schema(argument) for argument in arguments])
    if origin in (tuple, list) or kind in (tuple, list):
        items = [argument for argument in arguments if argument is not Ellipsis]
        return {"type": "array", "items": _type_schema(items[0])} if items else {"type": "array"}
    if (origin or kind) in (dict, Mapping):
        return {"type": "object", "additionalProperties": _type_schema(arguments[1])} if arguments else {"type": "object"}
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
