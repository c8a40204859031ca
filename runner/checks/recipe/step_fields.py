"""Does each field that a step names come from some source?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model

_NAMING = ("fields", "different")
"""Options of steps that list field names, in every step that has them."""


def step_fields(composed: Composed, _model: Model | None) -> Iterator[Finding]:
    """Look at the `fields` and `different` of `steps.<label>`.

    `R130`: no source maps a field of this name, so the step would look at nothing, or drop everything.
    """
    sources, steps = composed.mapping.get("sources"), composed.mapping.get("steps")
    mapped = sorted({name for source in _mappings(sources) for name in source.get("fields") or ()})
    for label, step in steps.items() if isinstance(steps, dict) and mapped else ():
        for option in _NAMING:
            names = step.get(option) if isinstance(step, dict) else None
            for place, name in enumerate(names if isinstance(names, list) else ()):
                if isinstance(name, str) and name not in mapped:
                    path = f"steps.{label}.{option}[{place}]"
                    message = f"{path} is {name!r}; the sources map {', '.join(mapped)}"
                    fix = "name a field that a source maps, or leave the option out for all of them"
                    yield composed.finding(path, "R130", message, fix=fix)


def _mappings(sources: object) -> list[dict[str, dict[str, object]]]:
    """The sources whose `fields` can be read."""
    found = sources.values() if isinstance(sources, dict) else ()
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("fields"), dict)]
