"""Can the field mapping of each source be read, and does it name the fields that the method trains on?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model
from runner.reading.fields import TRAINED, TemplateError, columns_of
from runner.schema import did_you_mean

_NEEDED = {
    "fine_tuning": ("prompt", "completion"),
    "reinforcement_fine_tuning": ("prompt",),
    "distillation": ("prompt",),
    "continued_pre_training": ("text",),
}
_NEEDED_BY_FORMAT = {"image_caption": ("image", "prompt")}


def field_mappings(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Look at `sources.<label>.fields`.

    `R117`: a template that cannot be read.
    `R118`: a field that the method trains on is not mapped.
    """
    sources = composed.mapping.get("sources")
    method = str(composed.mapping.get("method"))
    known = model.methods.get(method) if model else None
    needed = _NEEDED_BY_FORMAT.get(known.format if known else "", _NEEDED.get(method, ()))
    for label, source in sources.items() if isinstance(sources, dict) else ():
        fields = source.get("fields") if isinstance(source, dict) else None
        if not isinstance(fields, dict) or not fields:
            continue
        yield from _templates(composed, f"sources.{label}.fields", fields)
        yield from _missing(composed, f"sources.{label}.fields", fields, method, needed)


def _templates(composed: Composed, path: str, fields: dict[str, object]) -> Iterator[Finding]:
    for name, value in fields.items():
        if not isinstance(value, str):
            continue
        try:
            if not value.strip():
                raise TemplateError("the name of a column is empty", 1)
            columns_of(value)
        except TemplateError as error:
            fix = "a column is {column}, a part to leave out [[ ... ]], and {{ and }} are plain braces"
            yield composed.finding(f"{path}.{name}", "R117", f"{path}.{name}: {error}", fix=fix)


def _missing(
    composed: Composed, path: str, fields: dict[str, object], method: str, needed: tuple[str, ...]
) -> Iterator[Finding]:
    for name in needed:
        if name not in fields:
            others = [field for field in fields if field not in TRAINED]
            near = next((field for field in others if did_you_mean(field, [name])), None)
            message = f"{path}.{name} is missing: {method} trains on {' and '.join(needed)}"
            guess = f"; {near!r} looks like it" if near else ""
            fix = f"map it to a column: {path}.{name}: COLUMN"
            yield composed.finding(f"{path}.{name}", "R118", message + guess, fix=fix)
