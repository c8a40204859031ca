"""Overrides as people type them, made ready for Hydra.

- `a.b=c` becomes `++a.b=c` unless `a` is a config group: hyperparameters need no `+`, and an unknown key is
  found by the recipe's schema, which can say what was meant;
- a value with a URI scheme (`s3://bucket/day=1,part=2`) is quoted, in lists and sweeps piece by piece;
- a plain text that Hydra's grammar has no room for (`丁寧な口調`, `who?`) is quoted;
- a group that the recipe does not choose for yet is appended (`budget=pilot`).

`R008`: an override that cannot be parsed or applied.
`R304`: with `-m`, a setting of Hydra other than the launcher, the sweeper and what belongs to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from runner.composition.quoting import quoted_words, with_quoted_uris
from runner.composition.rules import FORBIDDEN_KEYS, hydra_refused, target_refused, value_refused
from runner.composition.text import UNPRINTABLE
from runner.composition.tree import MAX_DEPTH
from runner.finding import Finding, Place
from runner.origins import COMMAND_LINE

_HYDRA_WITH_MULTIRUN = re.compile(r"hydra(?:/|\.)(?:launcher|sweeper)(?:\.[\w.-]+)?\Z")


@dataclass(frozen=True, slots=True)
class Override:
    """One override, parsed. `text` is what Hydra gets."""

    text: str
    typed: str
    place: Place
    key: str
    package: str | None
    prefix: str
    value: Any
    is_group: bool
    is_sweep: bool
    parsed: Any

    @property
    def path(self) -> str:
        """The dotted path it sets in the recipe, or the group it chooses for."""
        return self.key


class BadOverride(ValueError):
    """The override cannot be used; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def prepared(
    overrides: Sequence[str], is_group: Callable[[str], bool], *, multirun: bool = False
) -> list[str]:
    """The overrides for Hydra, in order. Errors: `RecipeError` with a finding for each bad one."""
    from runner.errors import RecipeError

    good, findings = parsed(overrides, is_group, multirun=multirun)
    if findings:
        raise RecipeError(findings)
    return [override.text for override in good]


def parsed(
    overrides: Sequence[str],
    is_group: Callable[[str], bool],
    *,
    multirun: bool = False,
    allow_env: Collection[str] = (),
) -> tuple[list[Override], list[Finding]]:
    """Every override that can be used, and a finding for every one that cannot."""
    good: list[Override] = []
    findings: list[Finding] = []
    for number, typed in enumerate(overrides, start=1):
        try:
            override = _parse(typed, Place(COMMAND_LINE, 0, number), is_group, multirun=multirun)
        except BadOverride as bad:
            findings.append(bad.finding)
            continue
        refused = list(_refused(override, allow_env, multirun=multirun))
        findings += refused
        if not refused:
            good.append(override)
    return good, findings


def _parse(typed: str, place: Place, is_group: Callable[[str], bool], *, multirun: bool) -> Override:
    if bad := UNPRINTABLE.search(typed):  # a byte that is not UTF-8 arrives as half of a surrogate pair
        message = f"override {typed!r} holds U+{ord(bad.group()):04X}, which is no text"
        raise BadOverride(Finding("R008", message, place=place, fix="write it in UTF-8"))
    key_text, equals, value_text = typed.partition("=")
    if not equals and not typed.startswith("~"):
        fix = "write key=value; a path to another recipe goes before the overrides"
        raise BadOverride(
            Finding("R008", f"{typed!r} is neither a recipe file nor an override", place=place, fix=fix)
        )
    bare = key_text.lstrip("+~")
    if not bare.strip():
        raise BadOverride(Finding("R008", f"{typed!r} names no key", place=place, fix="write key=value"))
    prefix = key_text[: len(key_text) - len(bare)]
    group = bare.partition("@")[0]
    chooses = is_group(group) and not value_text.lstrip().startswith("{")
    if not prefix and not chooses and not _is_hydra(bare):
        key_text = f"++{bare}"
    candidates = [f"{key_text}{equals}{with_quoted_uris(value_text, multirun=multirun)}"]
    if equals and value_text[:1] not in set("[{('\""):
        candidates.append(f"{key_text}={quoted_words(value_text, multirun=multirun)}")
    problem = ""
    for text in candidates:
        try:
            override = _parser().parse_override(text)
            value = None if override.is_sweep_override() else override.value()
        except Exception as error:  # Hydra's parser raises several families of its own
            problem = problem or _reason(error)
            continue
        if override.key_or_group.count(".") >= MAX_DEPTH:
            problem = f"the key is more than {MAX_DEPTH} levels deep"
            break
        sweep = bool(override.is_sweep_override())
        return Override(
            text,
            typed,
            place,
            override.key_or_group,
            override.package,
            prefix,
            value,
            chooses,
            sweep,
            override,
        )
    fix = f"quote the value: '{key_text.lstrip('+')}=\"...\"'" if equals else "write ~key, or key=value"
    raise BadOverride(
        Finding("R008", f"override {typed!r} cannot be parsed: {problem}", place=place, fix=fix)
    )


@cache
def _parser() -> Any:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    class _One:
        """Parses one override at a time."""

        def __init__(self) -> None:
            self._parser = OverridesParser.create()

        def parse_override(self, text: str) -> Any:
            return self._parser.parse_overrides([text])[0]

    return _One()


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and "See https" not in line]
    text = (
        lines[-1]
        if lines and not lines[-1].startswith("^")
        else (lines[0] if lines else type(error).__name__)
    )
    if "LexerNoViableAlt" in text:
        return "a character in it needs quotes"
    return text.partition(", expecting")[0].partition(" expecting ")[0]


def _is_hydra(key: str) -> bool:
    return re.split(r"[./@]", key)[0] == "hydra" or "hydra" in re.split(r"[.:]", key.partition("@")[2])


def _refused(override: Override, allow_env: Collection[str], *, multirun: bool) -> Iterator[Finding]:
    key, place = override.key, override.place
    let_through = multirun and _HYDRA_WITH_MULTIRUN.match(key) and not override.package
    if not let_through and (_is_hydra(key) or "hydra" in (override.package or "").split(".")):
        yield hydra_refused(override.typed, place)
        return
    for part in re.split(r"[./]", key):
        if part in FORBIDDEN_KEYS:
            yield target_refused(part, place, key)
    if override.is_sweep and not multirun:
        fix = f"add -m to try them all, or quote the value: {key}='\"...\"'"
        yield Finding(
            "R008", f"{override.typed!r} gives several values for {key}", place=place, path=key, fix=fix
        )
    if override.is_group:
        yield from _bad_choice(override)
    elif override.package is not None:
        message = f"{override.typed!r}: {key} is no config group, so `@{override.package}` has no meaning"
        yield Finding("R008", message, place=place, path=key, fix=f"write {key}=...")
    value = (
        override.parsed.value() if not override.is_sweep else getattr(override.parsed.value(), "list", None)
    )
    yield from value_refused(value, place, key, allow_env)


def _bad_choice(override: Override) -> Iterator[Finding]:
    names = override.value if isinstance(override.value, list) else [override.value]
    group = override.key
    if override.is_sweep or override.prefix == "~":
        return
    if override.value is None or not all(isinstance(name, str) and name for name in names):
        fix = f"{group}=NAME chooses conf/{group}/NAME.yaml; ~{group} leaves the group out"
        yield Finding(
            "R008",
            f"{override.typed!r}: {group} is a config group",
            place=override.place,
            path=group,
            fix=fix,
        )
    elif any(".." in name.split("/") or name.startswith("/") or "${" in name for name in names):
        fix = f"name a file of conf/{group}/"
        yield Finding(
            "R305", f"{override.typed!r} leaves the search path", place=override.place, path=group, fix=fix
        )
