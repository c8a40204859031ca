"""The field mapping of a source: from the columns of a row to the fields of a record.

A value without braces names a column. With braces it is a template in which `{column}` is replaced by
the column's text, `[[ … ]]` is left out when a column in it is blank, and `{{` and `}}` are braces.
Nothing else has a meaning: no expression could run code, and values are never read as templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TRAINED = ("prompt", "completion", "text", "system")
"""Fields that are trained on; every other name of a mapping becomes `meta`."""

Row = Mapping[str, Any]
_Text = Callable[[Row], str]
_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{([^{}]*)\}|[{}]")
_MAX_COLUMNS = 100  # a short template could otherwise multiply a long text without end
_NOT_IN_A_NAME = re.compile(r"[.\[\]!:()]")


class TemplateError(ValueError):
    """A template that cannot be read; `position` counts its characters from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message}, at character {position}")
        self.position = position


def mapping(fields: Mapping[str, str]) -> Callable[[Row], tuple[dict[str, str], dict[str, Any]]]:
    """The function that makes trained fields and meta of a row. Errors: `TemplateError`.

    A trained field is always text: a number or boolean becomes its JSON text, a list or object compact JSON,
    null or a missing column the empty text. A meta field that names a column keeps its value as it is.
    """
    trained = tuple((name, _text_of(value)) for name, value in fields.items() if name in TRAINED)
    meta = tuple((name, _value_of(value)) for name, value in fields.items() if name not in TRAINED)

    def apply(row: Row) -> tuple[dict[str, str], dict[str, Any]]:
        return {name: text(row) for name, text in trained}, {name: value(row) for name, value in meta}

    return apply


def columns(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Every column that the mapping reads, each once, in its order. Errors: `TemplateError`."""
    return tuple(dict.fromkeys(column for value in fields.values() for column in columns_of(value)))


def columns_of(value: str) -> tuple[str, ...]:
    """The columns that one value of a mapping reads. Errors: `TemplateError`."""
    return tuple(dict.fromkeys(_columns(_parse(value)))) if is_template(value) else (value,)


def is_template(value: str) -> bool:
    """Whether the value is a template rather than the name of a column."""
    return "{" in value or "}" in value


def as_text(value: Any) -> str:
    """A column's value as the text of a trained field."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    import orjson

    return orjson.dumps(value).decode()


@dataclass(frozen=True, slots=True)
class _Column:
    name: str


@dataclass(frozen=True, slots=True)
class _Optional:
    parts: tuple[_Part, ...]


_Part = str | _Column | _Optional


def _text_of(value: str) -> _Text:
    if is_template(value):
        return _render(_parse(value))
    return lambda row: as_text(row.get(value))


def _value_of(value: str) -> Callable[[Row], Any]:
    if is_template(value):
        return _render(_parse(value))

    def raw(row: Row) -> Any:
        found = row.get(value)
        return "" if found is None else found

    return raw


def _render(parts: tuple[_Part, ...]) -> _Text:
    """A function that joins the parts; each is compiled once, not looked at again for every row."""
    texts = tuple(_compiled(part) for part in parts)
    return lambda row: "".join([text(row) for text in texts])


def _compiled(part: _Part) -> _Text:
    if isinstance(part, str):
        return lambda _: part
    if isinstance(part, _Column):
        name = part.name
        return lambda row: as_text(row.get(name))
    needed, inner = tuple(_columns(part.parts)), _render(part.parts)
    return lambda row: inner(row) if all(as_text(row.get(name)).strip() for name in needed) else ""


def _columns(parts: tuple[_Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _Column):
            yield part.name
        elif isinstance(part, _Optional):
            yield from _columns(part.parts)


def _parse(template: str) -> tuple[_Part, ...]:
    """The template as literal texts, columns and optional parts (which do not nest)."""
    outside: list[_Part] = []
    inside: list[_Part] | None = None
    opened = end = 0
    for match in _TOKEN.finditer(template):
        token, position = match.group(), match.start() + 1
        parts = outside if inside is None else inside
        if match.start() > end:
            parts.append(template[end : match.start()])
        end = match.end()
        if token == "[[":
            if inside is not None:
                raise TemplateError("`[[` stands inside another `[[ … ]]`", position)
            inside, opened = [], position
        elif token == "]]":
            outside.append(_closed(inside, opened, position))
            inside = None
        else:
            parts.append(_simple(match, position))
    if inside is not None:
        raise TemplateError("`[[` is never closed by `]]`", opened)
    if end < len(template):
        outside.append(template[end:])
    if sum(1 for _ in _columns(tuple(outside))) > _MAX_COLUMNS:
        raise TemplateError(f"more than {_MAX_COLUMNS} columns in one template", 1)
    return tuple(outside)


def _closed(inside: list[_Part] | None, opened: int, position: int) -> _Optional:
    if inside is None:
        raise TemplateError("`]]` closes nothing", position)
    if not any(isinstance(part, _Column) for part in inside):
        raise TemplateError("`[[ … ]]` needs a `{column}` that decides whether it is left out", opened)
    return _Optional(tuple(inside))


def _simple(match: re.Match[str], position: int) -> str | _Column:
    """A doubled brace or a column."""
    token, name = match.group(), match.group(1)
    if token in {"{{", "}}"}:
        return token[0]
    if name is None:
        raise TemplateError(f"a single `{token}`; write `{token * 2}` for the character itself", position)
    if not name.strip() or name != name.strip():
        raise TemplateError(
            "a column's name must stand between the braces, without spaces around it", position
        )
    if odd := _NOT_IN_A_NAME.search(name):
        raise TemplateError(
            f"only a column's name may stand between the braces, and `{odd.group()}` is not part of one",
            position + 1 + odd.start(),
        )
    return _Column(name)
