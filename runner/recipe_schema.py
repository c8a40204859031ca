"""The schema of a whole recipe: schemas/recipe.schema.json with the options of every plug-in, by kind."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any

from runner import plugins
from runner.schema import recipe_schema
from runner.signatures import options_schema

_KIND = {"description": "Name of the plug-in; by default the label.", "type": ["string", "null"]}
_SOURCE: dict[str, Any] = {
    "fields": {
        "description": "From field to column, or to a template such as `{question}[[ <c>{context}</c>]]`.",
        "type": "object",
        "additionalProperties": {"type": "string"},
        "minProperties": 1,
    },
    "limit": {
        "description": "Read the first N rows only; null reads all.",
        "type": ["integer", "null"],
        "minimum": 1,
    },
    "licence": {
        "description": "Licence of the data, for the manifest and the report.",
        "type": ["string", "null"],
    },
    "description": {"description": "What the data is.", "type": ["string", "null"]},
}
_ANY_FORMAT = {"type": "object", "properties": {"kind": _KIND, "system": {"type": ["string", "null"]}}}
_PLACES = {"sources": "sources", "steps": "steps", "format": "formats", "executor": "executors"}


@cache
def part_schema(folder: str, kind: str | None) -> Mapping[str, Any]:
    """The schema of one source, step, format or executor of that kind. None is the model's own format."""
    if kind is None:
        return {**_ANY_FORMAT, "additionalProperties": False}
    schema = options_schema(plugins.load(folder, kind))
    properties = {"kind": _KIND, **schema["properties"]}
    required = list(schema["required"])
    if folder == "sources":
        properties = {"kind": _KIND, **_SOURCE, **schema["properties"]}
        required.append("fields")
    return {**schema, "properties": properties, "required": required}


def editor_schema() -> dict[str, Any]:
    """The schema for editors: keys may be missing, the defaults list can supply them; options go by kind."""
    schema = copy.deepcopy(dict(recipe_schema()))
    definitions: dict[str, Any] = {}
    for place, folder in _PLACES.items():
        rules = []
        for kind in plugins.names(folder):
            name = f"{folder}.{kind}"
            definitions[name] = {
                **_relaxed(part_schema(folder, kind)),
                "title": f"{folder.removesuffix('s')}: {kind}",
            }
            rules.append(_when_kind(kind, name))
        part = {"type": ["object", "null"], "allOf": rules, "properties": {"kind": _kinds(folder)}}
        if place in ("sources", "steps"):
            labels = {
                kind: {"if": {"not": {"required": ["kind"]}}, "then": _ref(f"{folder}.{kind}")}
                for kind in plugins.names(folder)
            }
            listed = schema["properties"][place]
            listed["properties"] = {kind: {"allOf": [_null_or(rule)]} for kind, rule in labels.items()}
            listed["patternProperties"] = {".*": part}
            del listed["additionalProperties"]
        else:
            schema["properties"][place] = {**schema["properties"][place], **part, "type": "object"}
    schema["properties"]["defaults"] = _defaults()
    schema["properties"]["hyperparameters"]["properties"] = _hyperparameters()
    schema["$defs"] = definitions
    for place in ("split", "budget", *_PLACES):
        schema["properties"][place].pop("required", None)
    schema.pop("required")
    return schema


def _when_kind(kind: str, name: str) -> dict[str, Any]:
    return {
        "if": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": kind}}},
        "then": _ref(name),
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _null_or(rule: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"type": "object"}, "then": rule}


def _kinds(folder: str) -> dict[str, Any]:
    known = plugins.names(folder)
    return {"description": f"One of: {', '.join(known)}.", "enum": [*known, None]}


def _relaxed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A part in a recipe file states only what differs from the conf file it comes from."""
    return {key: value for key, value in schema.items() if key != "required"}


def _defaults() -> dict[str, Any]:
    choice = {"type": ["string", "array", "null"], "items": {"type": "string"}}
    entry = {
        "anyOf": [{"type": "string"}, {"type": "object", "maxProperties": 1, "additionalProperties": choice}]
    }
    return {
        "description": "Conf files that this recipe is laid over, in order (Hydra's defaults list).",
        "type": "array",
        "items": entry,
    }


def _hyperparameters() -> dict[str, Any]:
    """Every name that some model knows, so that editors can complete it; the range depends on the model."""
    from runner.model import models

    names: dict[str, list[str]] = {}
    for model in models():
        for method in model.methods.values():
            for name in method.hyperparameters:
                names.setdefault(name, []).append(model.id)
    return {
        name: {"description": f"Known to {', '.join(dict.fromkeys(ids))}."}
        for name, ids in sorted(names.items())
    }
