"""A capability schema with AWS's answers written in: whole, valid and with their source, or not at all."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from runner.atomic import write_text
from runner.errors import RunnerError
from runner.live.drift import ABSENT, APPEND, Edit
from runner.live.layout import relaid
from runner.model import Model
from runner.resources import shipped

Sources = Mapping[str, Mapping[str, str]]

_SOURCE_KEYS = {"source", "default_source", "on_demand_source"}


def rewritten(model: Model, edits: Sequence[Edit], sources: Sources) -> str:
    """The new text of the model's file. Errors: `RunnerError` when it would not follow the schema."""
    data = _set_aside(copy.deepcopy(dict(model.data)), sources)
    for edit in edits:
        _apply(data, edit)
    _name_sources(data, sources)
    _require_valid(model, data)
    return relaid(model.file.read_text(encoding="utf-8"), data)


def write(model: Model, text: str, folder: Path) -> Path:
    """Put the file into a folder of schemas, in one step."""
    file = folder / model.file.name
    write_text(file, text)
    return file


def _set_aside(data: dict[str, Any], sources: Sources) -> dict[str, Any]:
    """What was asked before keeps its own date, under a name of its own, for as long as it is named."""
    names = {}
    for key in sources.keys() & data["sources"].keys():
        names[key] = f"{key}_{data['sources'][key]['as_of'].replace('-', '_')}"
        data["sources"][names[key]] = data["sources"].pop(key)
    for fact in _facts({key: value for key, value in data.items() if key != "sources"}):
        for key in _SOURCE_KEYS & fact.keys():
            fact[key] = names.get(fact[key], fact[key])
    return data


def _apply(data: dict[str, Any], edit: Edit) -> None:
    *way, last = edit.path
    place: Any = data
    for part in way:
        place = place[part]
    if edit.value is ABSENT:
        place.pop(last, None)
    elif last == APPEND:
        place.append(edit.value)
    elif isinstance(place, dict) and last == "note" and last not in place:
        _before_source(place, last, edit.value)
    else:
        place[last] = edit.value


def _before_source(place: dict[str, Any], key: str, value: Any) -> None:
    """A new key goes where the other files have it: before `source`."""
    items = list(place.items())
    place.clear()
    for name, old in items:
        if name == "source":
            place[key] = value
        place[name] = old
    place.setdefault(key, value)


def _name_sources(data: dict[str, Any], sources: Sources) -> None:
    """List exactly the sources that are named: new ones by what was asked, none that nothing names now."""
    facts = _facts({key: value for key, value in data.items() if key != "sources"})
    used = {fact[key] for fact in facts for key in _SOURCE_KEYS & fact.keys()}
    known = {**data["sources"], **{key: dict(source) for key, source in sources.items()}}
    data["sources"] = {key: known[key] for key in sorted(known) if key in used}


def _facts(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping that names a source."""
    if isinstance(value, dict):
        if any(isinstance(value.get(key), str) for key in _SOURCE_KEYS):
            yield value
        for item in value.values():
            yield from _facts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _facts(item)


def _require_valid(model: Model, data: Mapping[str, Any]) -> None:
    from runner.schema import problems

    # Through text, as a reader of the file will see it.
    for problem in problems(_schema(), json.loads(json.dumps(data))):
        where = ".".join(map(str, problem.path))
        message = f"{model.file.name} was not written: {where} {problem.message}"
        raise RunnerError(message, fix="report it, with the output of the command in --format json")


@cache
def _schema() -> Mapping[str, Any]:
    return json.loads((shipped("schemas") / "capability.schema.json").read_bytes())  # type: ignore[no-any-return]
