"""Are the limits of the budget amounts of money?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model
from runner.schema import shown

_HIGHEST = Decimal(10) ** 9
_DECIMALS = 6


def money(composed: Composed, _model: Model | None) -> Iterator[Finding]:
    """Look at each limit: a plain amount in US dollars, or null.

    `R112`: not an amount of money: text, NaN, infinite, negative, beyond a billion, with an exponent, or a
      boolean.
    `R116`: the limit of one job is above that of the whole sweep.
    """
    budget = composed.mapping.get("budget")
    if not isinstance(budget, dict):
        return
    amounts: dict[str, Decimal] = {}
    for key in ("max_usd", "max_usd_per_sweep"):
        value = budget.get(key)
        if value is None or isinstance(value, dict | list):
            continue  # no limit; another shape is reported by the schema
        origin = composed.origins.get(f"budget.{key}")
        written = origin.raw if origin and origin.raw and not isinstance(value, str) else shown(value)
        amount, why = amount_of(value, written)
        if amount is None:
            fix = "write an amount in US dollars such as 20 or 19.50, or null for no limit"
            yield composed.finding(f"budget.{key}", "R112", f"budget.{key} is {written}, {why}", fix=fix)
        else:
            amounts[key] = amount
    one, sweep = amounts.get("max_usd"), amounts.get("max_usd_per_sweep")
    if one is not None and sweep is not None and one > sweep:
        message = f"budget.max_usd ({one}) is above budget.max_usd_per_sweep ({sweep}): a sweep stops earlier"
        fix = "raise max_usd_per_sweep, or lower max_usd"
        yield composed.finding("budget.max_usd", "R116", message, severity="warning", fix=fix)


def amount_of(value: Any, written: str) -> tuple[Decimal | None, str]:
    """The amount, or None and why it is none."""
    if isinstance(value, bool):
        return None, "which is true or false, not an amount"
    text = str(value).strip()
    try:
        amount = Decimal(text)
    except (InvalidOperation, ValueError):
        return None, "which is not a number"
    if not amount.is_finite():
        return None, "which is not an amount of money"
    if amount < 0:
        return None, "which is below zero"
    if amount > _HIGHEST:
        return None, "which is more than a billion dollars"
    if "e" in written.lower():
        return None, "which has an exponent"
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _DECIMALS:
        return None, f"which has more than {_DECIMALS} decimals"
    return amount, ""
