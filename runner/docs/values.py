"""A JSON Schema in words: `list of text`, `whole number (1 to 5) or null`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "mapping",
}


def value_words(schema: Mapping[str, Any]) -> str:
    """What a value may be."""
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(value_words(each) for each in schema["anyOf"])
    kinds = schema.get("type", [])
    listed = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(_kind(kind, schema) for kind in listed) or "any"


def _kind(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "array":
        items = schema.get("items")
        return f"list of {value_words(items)}" if items else "list"
    if kind == "object" and isinstance(inside := schema.get("additionalProperties"), Mapping):
        return f"mapping to {value_words(inside)}"
    if kind == "string" and "pattern" in schema:
        return f"text like `{schema['pattern']}`"
    return _WORDS[kind]
