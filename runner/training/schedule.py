"""The learning rate of each optimizer step."""

from __future__ import annotations


def learning_rate(step: int, *, peak: float, warmup: int, steps: int) -> float:
    """Linear ramp over `warmup` steps, then linear decay; it would reach 0 after the last planned step."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (steps - step) / max(1, steps - warmup)
