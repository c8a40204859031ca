"""One page for each plug-in folder: what every file does, its options and its drop reasons."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from runner import plugins
from runner.docs.markdown import page, table
from runner.docs.values import value_words
from runner.signatures import options_schema

_NAMED = re.compile(r"`(\w+)`: ")
_DROP = re.compile(r"Drops with reason `(\w+)`:? ?(.*)")


def plugin_page(folder: str, title: str, intro: str) -> str:
    """The page of one folder such as `steps`."""
    parts = [_section(name, plugins.load(folder, name)) for name in plugins.names(folder)]
    return page(title, f"runner/{folder}/", [intro, *parts])


def told(function: Callable[..., Any], options: Collection[str]) -> tuple[str, dict[str, str]]:
    """A docstring without its lines about options (they are in the schema), and its drop reasons.

    A line about an option or a reason starts with its name; it ends at an empty line or the next such line.
    """
    text: list[str] = []
    drops: dict[str, str] = {}
    inside = reason = ""
    for line in inspect.cleandoc(function.__doc__ or "").splitlines():
        named, drop = _NAMED.match(line), _DROP.match(line)
        if named and named[1] in options:
            inside, reason = named[1], ""
        elif drop:
            inside = reason = drop[1]
            drops[reason] = drop[2]
        elif inside and line.strip():
            if reason:
                drops[reason] += f" {line.strip()}"
        else:
            inside = reason = ""
            text.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(text)).strip(), drops


def _section(name: str, function: Callable[..., Any]) -> str:
    schema = options_schema(function)
    text, drops = told(function, schema["properties"])
    parts = [f"## {name}", text]
    if rows := list(_rows(schema)):
        parts.append(table(("option", "value", "default", "meaning"), rows))
    if drops:
        reasons = [(f"`{reason}`", meaning) for reason, meaning in drops.items()]
        parts.append(table(("drops with reason", "when"), reasons))
    return "\n\n".join(parts)


def _rows(schema: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, option in schema["properties"].items():
        default = "required"
        if name not in schema["required"]:
            default = f"`{json.dumps(option['default'], ensure_ascii=False)}`"
        yield f"`{name}`", value_words(option), default, option.get("description", "")
