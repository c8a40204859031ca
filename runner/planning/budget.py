"""Compares a plan with the recipe's budget, before anything is uploaded or paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from runner.errors import BudgetError
from runner.planning.cost import BOUNDS, Cost
from runner.planning.money import dollars, plain
from runner.recipe import Budget


def verdict(cost: Cost, budget: Budget, *, paid: bool) -> dict[str, Any]:
    """The budget as it stands in `plan.json`.

    `within` is True only if the highest estimate is known and fits; None where there is no limit, or where
    a price is unknown and what is known fits. `paid`: the executor itself costs money.
    """
    high, limit = cost.sum("high"), budget.max_usd
    within: bool | None = None
    if limit is not None:
        over = high is not None and high > limit
        within = False if over else None if cost.unknown else True
    return {
        "max_usd": _text(limit),
        "max_usd_per_sweep": _text(budget.max_usd_per_sweep),
        "accept_unknown_prices": budget.accept_unknown_prices,
        "paid": paid,
        "within": within,
    }


def require_within_budget(cost: dict[str, Any], budget: dict[str, Any]) -> None:
    """Refuse a plan that may cost more than allowed. Takes the plain data of `plan.json`.

    Errors: `BudgetError` with the numbers, the lines and the way out.
    """
    paid = budget["paid"]
    if budget["within"] is False:
        limit, likely, high = (Decimal(value) for value in (budget["max_usd"], cost["likely"], cost["high"]))
        message = (
            f"the job may cost {dollars(high)} USD on {cost['platform']} (likely {dollars(likely)}); "
            f"budget.max_usd is {dollars(limit)}{_lines(cost)}"
        )
        if not paid:
            message += "\n    the run on this machine costs nothing: the limit is for the job it rehearses"
        raise BudgetError(message, fix=_way_out(high))
    if paid and cost["unknown"] and not budget["accept_unknown_prices"]:
        message = f"no source gives a price for: {', '.join(cost['unknown'])}{_lines(cost)}"
        fix = "look the price up, then accept it with budget.accept_unknown_prices=true"
        raise BudgetError(message, fix=fix)


def _lines(cost: dict[str, Any]) -> str:
    text = ""
    for line in cost["lines"]:
        amounts = " / ".join(dollars(line[bound]) for bound in BOUNDS)
        text += f"\n    {line['item']}: {amounts} USD (low / likely / high); {line['note']}"
    return text


def _way_out(high: Decimal) -> str:
    enough = int(high) + 1
    return (
        f"train on fewer records or epochs (split.train_records, hyperparameters.epochCount), or allow it: "
        f"budget.max_usd={enough}; budget.max_usd=null removes the limit"
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
