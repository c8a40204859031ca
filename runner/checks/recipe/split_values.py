"""Are the values of the split possible?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeGuard

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model
from runner.schema import shown

_HIGHEST = 2**63 - 1


def split_values(composed: Composed, _model: Model | None) -> Iterator[Finding]:
    """Look at the share of validation and the number of training records.

    `R113`: `split.validation` is neither a share (0 to below 1) nor a number of records, or
      `split.train_records` is not a positive number of records.
    """
    split = composed.mapping.get("split")
    if not isinstance(split, dict):
        return
    validation, records = split.get("validation"), split.get("train_records")
    if _is_number(validation) and (why := _validation_problem(validation)):
        fix = "write a share such as 0.1, a number of records such as 100, or 0 for none"
        message = f"split.validation is {shown(validation)}, {why}"
        yield composed.finding("split.validation", "R113", message, fix=fix)
    if _is_number(records) and records < 1:
        message = f"split.train_records is {shown(records)}, but must be 1 or more"
        yield composed.finding("split.train_records", "R113", message, fix="null takes all records")


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _validation_problem(value: float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "which is not a number of records"
    if value > _HIGHEST:
        return "which is beyond 64 bits"
    if value < 0:
        return "which is below zero"
    if value >= 1 and value != int(value):
        return "which is neither a share below 1 nor a whole number of records"
    if isinstance(value, float) and value == 1:
        return "which would leave nothing to train on (write 1 for one record)"
    return ""
