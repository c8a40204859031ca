"""May a validation file be given to this model?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model


def validation_allowed(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare `split.validation` with what the model takes.

    `R111`: the model takes no validation data, but the recipe keeps some.
    """
    method = model.methods.get(str(composed.mapping.get("method"))) if model else None
    split = composed.mapping.get("split")
    if (
        model is None
        or method is None
        or not isinstance(split, dict)
        or method.validation_allowed is not False
    ):
        return
    share = split.get("validation")
    if isinstance(share, int | float) and not isinstance(share, bool) and share > 0:
        key = method.data["validation"].get("source")
        message = f"split.validation is {share}, but {model.id} takes no validation data for {method.name}"
        source = model.source(key) if key else ""
        yield composed.finding(
            "split.validation", "R111", message, fix="set split.validation: 0", source=source
        )
