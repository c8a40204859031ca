"""Stage check: compose, run every check, and make the frozen `Recipe`. All findings come at once.

The pure part (composition and `checks/recipe`) is cached by content, see `runner.check_cache`;
what looks at the disk (`checks/files`) runs every time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runner import plugins
from runner.check_cache import CheckCache
from runner.compose import Composed, compose_all
from runner.errors import RecipeError, RunnerError
from runner.finding import Finding, errors
from runner.making import recipe_from, sources_only
from runner.model import Model, load_model
from runner.recipe import Recipe

_FRAGMENT = "R100"
_MISSING = "R103"


@dataclass(frozen=True)
class Checked:
    """A recipe without errors; `findings` are warnings and advice."""

    recipe: Recipe
    model: Model
    findings: tuple[Finding, ...]
    composed: Composed


def check(
    file: Path,
    overrides: Sequence[str] = (),
    *,
    allow_env: Collection[str] = (),
    data_roots: Sequence[Path] = (),
    planned: int = 0,
) -> Checked:
    """Check a recipe. Errors: `RecipeError` with all findings if any of them is an error.

    `planned`: how many of the overrides, the first, come from a saved plan: like a recipe, that is a file
    which may come with a pull request, so they vouch for no path.
    """
    composed, findings = _pure(file, tuple(overrides), tuple(allow_env))
    model = _model(composed)
    recipe = None
    if composed is not None and model is not None:
        recipe = recipe_from(composed, model, data_roots, planned)
    if composed is not None and composed.complete and not any(found.code == _FRAGMENT for found in findings):
        looked_at = recipe or sources_only(composed, data_roots, planned)
        findings = [*findings, *_on_disk(_well_formed(looked_at, findings), composed)]
    if composed is not None and recipe is None and not errors(findings):
        fix = "compare it with `runner schema`"
        findings = [*findings, composed.finding("", "R104", "no recipe can be made of these values", fix=fix)]
    findings = _sorted(findings)
    if errors(findings) or composed is None or recipe is None or model is None:
        raise RecipeError(findings)
    return Checked(recipe, model, tuple(findings), composed)


def _pure(
    file: Path, overrides: tuple[str, ...], allow_env: tuple[str, ...]
) -> tuple[Composed | None, list[Finding]]:
    cache = CheckCache.of(file, overrides, allow_env)
    if (hit := cache.load()) is not None:
        return hit
    composed, findings = compose_all(file, overrides, allow_env=allow_env)
    if composed is not None:
        findings = [*findings, *_checked(composed, findings)]
        if composed.complete:  # what made a file unreadable, a link say, is no part of a file's state
            cache.store(composed, findings)
    return composed, findings


def _checked(composed: Composed, before: Sequence[Finding]) -> list[Finding]:
    """The findings of every pure check; what composition has found wrong with a value is not said twice."""
    model = _model(composed)
    fragment = list(plugins.load("checks.recipe", "whole_recipe")(composed, model))
    if fragment:
        return fragment
    found = [
        finding
        for name in plugins.names("checks.recipe")
        if name != "whole_recipe"
        for finding in plugins.load("checks.recipe", name)(composed, model)
    ]
    told = {finding.path for finding in before if finding.path}
    # What is missing may stand in a file that could not be read: that file's own finding says enough.
    return [
        finding
        for finding in found
        if finding.path not in told and (composed.complete or finding.code != _MISSING)
    ]


def _model(composed: Composed | None) -> Model | None:
    name = composed.mapping.get("model") if composed is not None else None
    try:
        return load_model(name) if isinstance(name, str) else None
    except RunnerError:
        return None


def _well_formed(recipe: Recipe, findings: Sequence[Finding]) -> Recipe:
    """The recipe without the sources that have errors: what looks at files may rely on the options' types."""
    paths = [finding.path + "." for finding in errors(findings)]

    def is_wrong(label: str) -> bool:  # a label may hold dots, which is one of the errors
        return any(path.startswith(f"sources.{label}.") for path in paths)

    return replace(recipe, sources=tuple(part for part in recipe.sources if not is_wrong(part.label)))


def _on_disk(recipe: Recipe, composed: Composed) -> Iterator[Finding]:
    for name in plugins.names("checks.files"):
        yield from plugins.load("checks.files", name)(recipe, composed)


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    """By place, each once: two rules may look at one value."""

    def order(finding: Finding) -> tuple[str, int, int, str]:
        place = finding.place
        return (place.file, place.line, place.column, finding.code) if place else ("", 0, 0, finding.code)

    return sorted(dict.fromkeys(findings), key=order)
