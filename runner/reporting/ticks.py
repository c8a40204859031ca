"""Round numbers for an axis, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from `low` to `high`: multiples of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / max(about, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def tick_labels(values: Sequence[float]) -> list[str]:
    """The ticks of one axis, all with as many decimals as the longest needs: `1.5`, `2.0`, `2.5`."""
    labels = [tick_label(value) for value in values]
    if any("e" in label for label in labels):
        return labels
    decimals = max((len(label.partition(".")[2]) for label in labels), default=0)
    return [f"{value:,.{decimals}f}" for value in values]


def tick_label(value: float) -> str:
    """A tick as short as it can be: `0.5`, `12,000`, `2e-05`."""
    if value == 0:
        return "0"
    if abs(value) >= 1e7 or abs(value) < 1e-3:
        return f"{value:.3g}"
    return f"{value:,.6f}".rstrip("0").rstrip(".")
