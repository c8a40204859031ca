"""IAM's policy language, as far as preflights need it: what policies say of an action on a resource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Context = Mapping[str, tuple[str, ...]]

_LIKE = {"StringLike", "ArnLike", "ArnEquals"}
_EXACT = {"StringEquals", "StringEqualsIgnoreCase", "Bool", "NumericEquals"}
_NOT = {"StringNotLike": "StringLike", "StringNotEquals": "StringEquals", "ArnNotLike": "ArnLike"}
_NOT["ArnNotEquals"] = "ArnLike"


@dataclass(slots=True)
class Decision:
    """`allowed`, `explicitDeny` or `implicitDeny`, by which policies, and which context keys were wanting."""

    word: str = "implicitDeny"
    by: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)


def decide(
    policies: Iterable[tuple[str, Mapping[str, Any]]], action: str, resource: str, context: Context
) -> Decision:
    """What named policies say together: a deny wins, then an allow, else nothing does."""
    decision = Decision()
    allowed: list[str] = []
    denied: list[str] = []
    for name, policy in policies:
        for statement in _listed(policy.get("Statement", [])):
            if not (
                _covers(statement, "Action", action, fold=True) and _covers(statement, "Resource", resource)
            ):
                continue
            if _holds(statement.get("Condition", {}), context, decision.missing):
                (denied if statement.get("Effect") == "Deny" else allowed).append(name)
    if denied:
        return Decision("explicitDeny", denied, decision.missing)
    if allowed:
        return Decision("allowed", allowed, decision.missing)
    return decision


def _covers(statement: Mapping[str, Any], member: str, value: str, *, fold: bool = False) -> bool:
    if member in statement:
        return any(_like(pattern, value, fold) for pattern in _listed(statement[member]))
    excepted = _listed(statement.get(f"Not{member}", ["*"]))
    return not any(_like(pattern, value, fold) for pattern in excepted)


def _holds(conditions: Mapping[str, Any], context: Context, missing: set[str]) -> bool:
    present = {key.lower(): values for key, values in context.items()}
    for operator, keys in conditions.items():
        for key, wanted in keys.items():
            values = present.get(key.lower())
            if operator == "Null":
                if (values is None) != (str(_listed(wanted)[0]).lower() == "true"):
                    return False
            elif not _compares(operator, key, values, _listed(wanted), missing):
                return False
    return True


def _compares(
    operator: str, key: str, values: tuple[str, ...] | None, wanted: list[Any], missing: set[str]
) -> bool:
    name = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    optional, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    negated, name = name in _NOT, _NOT.get(name, name)
    if values is None:
        missing.add(key)
        # `ForAllValues` of no values holds, which is why AWS advises against it in an allow.
        return optional or negated or operator.startswith("ForAllValues:")
    if name not in _LIKE | _EXACT:
        missing.add(key)  # an operator that is not evaluated here: nothing is allowed by it
        return False
    wild = name in _LIKE
    fold = name in {"StringEqualsIgnoreCase", "Bool"}
    hits = [any(_same(str(pattern), value, wild, fold) for pattern in wanted) for value in values]
    if operator.startswith("ForAllValues:"):
        return all(hit != negated for hit in hits)
    return any(hits) != negated


def _same(pattern: str, value: str, wild: bool, fold: bool) -> bool:
    if wild:
        return _like(pattern, value, fold)
    return pattern.lower() == value.lower() if fold else pattern == value


def _like(pattern: str, value: str, fold: bool) -> bool:
    return _compiled(pattern, fold).fullmatch(value) is not None


@cache
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:
    parts = (re.escape(part).replace(r"\?", ".") for part in re.split(r"\*+", pattern))
    return re.compile(".*".join(parts), re.DOTALL | (re.IGNORECASE if fold else 0))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
