"""Refuses a saved plan that no longer says what a run would do, and names what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.errors import StalePlanError

_MOST_LINES = 20
_SHORT = 12


def require_same(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Compare the content of a saved plan with that of one made now from the same recipe and overrides.

    Errors: `StalePlanError` with the old and new value of everything that differs.
    """
    changed = list(changes(old, new))
    if not changed and old.get("fingerprint") != new.get("fingerprint"):
        changed = [f"fingerprint: {_word(old.get('fingerprint'))} -> {_word(new.get('fingerprint'))}"]
    if not changed:
        return
    shown = changed[:_MOST_LINES]
    if len(changed) > _MOST_LINES:
        shown.append(f"and {len(changed) - _MOST_LINES} more")
    message = "the saved plan is out of date:" + "".join(f"\n    {line}" for line in shown)
    raise StalePlanError(message, fix="plan again (`runner plan RECIPE -o plan.json`), review it, run it")


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """One line for each thing that differs and would make another job, or another bill."""
    for label, path in _VALUES:
        before, after = _at(old, path), _at(new, path)
        if before != after:
            yield f"{label}: {_word(before)} -> {_word(after)}"
    yield from _leaves("recipe", _at(old, "recipe.config"), _at(new, "recipe.config"))
    for ordered in ("sources", "steps"):
        before, after = (list(_at(data, f"recipe.config.{ordered}") or ()) for data in (old, new))
        if before != after and sorted(before) == sorted(after):
            yield f"recipe: order of {ordered}: {', '.join(before)} -> {', '.join(after)}"
    yield from _leaves("executor settings", _without_summary(old), _without_summary(new))
    for bound in ("likely", "high"):
        before, after = _at(old, f"cost.{bound}"), _at(new, f"cost.{bound}")
        if before != after:
            yield f"cost ({bound}): {before or 'unknown'} -> {after or 'unknown'} USD"


_VALUES = (
    ("data: train.jsonl", "dataset.train_sha256"),
    ("data: records to train on", "dataset.train_records"),
    ("data: validation.jsonl", "dataset.validation_sha256"),
    ("data: records to validate on", "dataset.validation_records"),
    ("facts: model", "model.id"),
    ("facts: capability schema", "model.digest"),
    ("tool version", "runner"),
    ("layout of the plan", "plan_version"),
)


def _leaves(label: str, old: Any, new: Any, path: str = "") -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            below = f"{path}.{key}" if path else key
            yield from _leaves(label, old.get(key, _ABSENT), new.get(key, _ABSENT), below)
    elif old != new:
        yield f"{label}: {path}: {_word(old)} -> {_word(new)}"


class _Absent:
    def __repr__(self) -> str:
        return "(absent)"


_ABSENT = _Absent()


def _without_summary(data: Mapping[str, Any]) -> dict[str, Any]:
    settings = _at(data, "executor.settings") or {}
    return {"kind": _at(data, "executor.kind"), **{k: v for k, v in settings.items() if k != "summary"}}


def _at(data: Mapping[str, Any], path: str) -> Any:
    value: Any = data
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _word(value: Any) -> str:
    """A value in one line; a digest by its first characters."""
    if isinstance(value, str) and len(value) == 64 and all(letter in "0123456789abcdef" for letter in value):
        return f"{value[:_SHORT]}…"
    return repr(value)
