"""Can every number be held without loss?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model
from runner.origins import spelled

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_OWN_RULES = ("hyperparameters.", "budget.", "split.validation")


def numbers_fit(composed: Composed, _model: Model | None) -> Iterator[Finding]:
    """Look at every number of the recipe.

    `R115`: a whole number beyond 64 bits, or NaN or infinity.
    """
    for path, value in _leaves(composed.mapping, ""):
        if path.startswith(_OWN_RULES):
            continue  # their checks say it with the allowed range
        if isinstance(value, int) and not _LOWEST <= value <= _HIGHEST:
            yield composed.finding(
                path, "R115", f"{path} is {spelled(value)}, beyond 64 bits", fix="use a smaller number"
            )
        elif isinstance(value, float) and not math.isfinite(value):
            yield composed.finding(
                path, "R115", f"{path} is {spelled(value)}, not a number to work with", fix="write a number"
            )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    else:
        yield path, value
