"""Stage compose: recipe file and overrides become one plain mapping, with the origin of every value.

Hydra composes; every file it sees comes through the strict reader of `runner.composition`. Pure: reads only
recipe and conf files. `runner.composition.session` lets a Hydra application (the sweep) read them in the
same way.

`R010`: a value that is mandatory (`???`) and was not given.
`R011`: Hydra refuses the composition for another reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.errors import RecipeError
from runner.finding import Finding, Place, Severity, errors
from runner.origins import Origin


@dataclass(frozen=True)
class Composed:
    """A composed recipe: plain values, and where each was written."""

    file: Path
    root: Path
    overrides: tuple[str, ...]
    mapping: dict[str, Any]
    origins: Mapping[str, Origin]
    shown: str = ""
    """The recipe file as findings show it."""
    complete: bool = True
    """Whether every file could be read: if not, what is missing may stand in a file that could not."""
    looked_at: Mapping[str, str | None] = field(default_factory=dict, repr=False, compare=False)
    """Every path that the composition depends on, and its state (see `runner.composition.documents`)."""

    def finding(
        self,
        path: str,
        code: str,
        message: str,
        *,
        severity: Severity = "error",
        fix: str = "",
        source: str = "",
        at_key: bool = False,
        missing: bool = False,
    ) -> Finding:
        """A finding about the value at a dotted path, placed where it was written.

        If it was not written, or if `missing` says that null counts as that, the mapping above it is shown.
        """
        origin = None if missing else self.origins.get(path)
        overrode = origin.replaced() if origin else ""
        if origin and at_key and origin.key:
            place = origin.key
        else:
            place = origin.place if origin else self._parent_place(path)
        return Finding(code, message, severity, place, path, fix, source, overrode)

    def _parent_place(self, path: str) -> Place:
        while path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
            if path in self.origins:
                return self.origins[path].place
        return Place(self.shown or str(self.file), 1, 1)


def compose(file: Path, overrides: Sequence[str] = (), *, allow_env: Collection[str] = ()) -> Composed:
    """Compose a recipe. Errors: `RecipeError` with every problem of every file and override."""
    composed, findings = compose_all(file, overrides, allow_env=allow_env)
    if composed is None or errors(findings):
        raise RecipeError(findings)
    return composed


def compose_all(
    file: Path, overrides: Sequence[str] = (), *, allow_env: Collection[str] = ()
) -> tuple[Composed | None, list[Finding]]:
    """What could be composed, and everything that is wrong with it. Nothing is raised."""
    from runner.composition.composer import composed_recipe

    return composed_recipe(file, tuple(overrides), tuple(allow_env))
