"""JSON Schema in words: from a violation to a sentence that a person can act on."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from runner.origins import spelled
from runner.resources import shipped
from runner.signatures import options_schema as options_schema

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
    """One violation. `rule` is `unknown`, `missing`, `name` or `value`; `path` starts at what was checked."""

    path: tuple[str | int, ...]
    rule: str
    message: str
    """What is wrong, to follow the path: `is "ten", but must be a whole number`."""
    fix: str = ""
    nothing: bool = False
    """The value is null."""
    scalar: bool = False
    """The value is neither a list nor a mapping."""


def problems(schema: Mapping[str, Any], value: Any) -> Iterator[Problem]:
    """Everything in which a value departs from a schema, in words."""
    for error in sorted(
        _validator(schema).iter_errors(value), key=lambda error: [str(part) for part in error.path]
    ):
        yield from _in_words(error)


def did_you_mean(name: str, options: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`; did you mean 'x'?`, or nothing if no option is close."""
    known = {option.lower(): option for option in options}
    close = difflib.get_close_matches(str(name).lower(), known, n=1, cutoff=cutoff)
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
    return _validator_class()(schema)


@cache
def _validator_class() -> Any:
    """JSON Schema, with two readings that fit Python: `1e3` is no integer, since it could not count rows;
    and `$` is the very end of a text, not before a last line break.
    """
    from jsonschema.validators import Draft202012Validator, extend

    integers = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    return extend(Draft202012Validator, {"pattern": _pattern}, type_checker=integers)  # type: ignore[no-untyped-call]


def _is_integer(_checker: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if isinstance(value, str) and not re.search(re.sub(r"\$\Z", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


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
        fix = "use letters, digits, `_` and `-`, with a letter first, as overrides can spell it"
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
    if isinstance(value, str):
        return json.dumps(spelled(value) if value else "", ensure_ascii=False)
    return spelled(value)


def _wanted(error: Any) -> str:
    limit = error.validator_value
    if error.validator == "type":
        return names_of_types(limit)
    if error.validator == "enum":
        return f"one of {', '.join(spelled(option) for option in limit)}"
    if error.validator == "pattern":
        return str(error.schema.get("hint", f"text that matches {limit}"))
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
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = (f" from {low}" if low is not None else "") + (f" to {high}" if high is not None else "")
    return names_of_types(schema["type"]) + bounds if "type" in schema else "another value"


def _value_fix(error: Any) -> str:
    if error.validator == "enum" and isinstance(error.instance, str):
        options = [option for option in error.validator_value if isinstance(option, str)]
        return did_you_mean(error.instance, options).removeprefix("; ")
    if (
        error.validator == "type"
        and error.validator_value == "array"
        and not isinstance(error.instance, dict)
    ):
        return f"write a list: [{spelled(error.instance)}]"
    if error.validator == "type" and "integer" in error.validator_value and _is_whole(error.instance):
        return f"write {error.instance:.0f}"
    if (
        error.validator == "type"
        and "string" in error.validator_value
        and not isinstance(error.instance, dict | list)
    ):
        return (
            f'quote it, if the text is meant: "{spelled(error.instance)}"'
            if error.instance is not None
            else ""
        )
    return ""
