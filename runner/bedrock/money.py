"""What a job may cost, and what it did cost: set aside before the upload, booked when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from runner.bedrock.errand import Errand


def reserve(errand: Errand) -> None:
    """Set the highest estimate aside, in one transaction with every other process. Errors: `BudgetError`."""
    budget = errand.plan["budget"]
    _set_aside(errand, _amount(budget["max_usd"]), _amount(budget["max_usd_per_sweep"]))


def hold(errand: Errand) -> None:
    """Set the estimate of a job that exists aside, whatever the limits say, unless that is done or booked."""
    rows = errand.ledger.reservations()
    if not any(row.job == errand.name and row.state != "released" for row in rows):
        _set_aside(errand, None, None)


def _set_aside(errand: Errand, max_usd: Decimal | None, max_usd_per_sweep: Decimal | None) -> None:
    errand.ledger.reserve(
        job=errand.name,
        project=errand.project,
        recipe=errand.recipe,
        sweep=errand.sweep,
        usd=Decimal(errand.plan["cost"]["high"] or "0"),
        max_usd=max_usd,
        max_usd_per_sweep=max_usd_per_sweep,
        account=errand.cloud.account,
        region=errand.cloud.region,
        simulator=errand.cloud.simulator,
    )


def monthly_storage(plan: Mapping[str, Any]) -> str | None:
    """What the custom model costs a month from now on; None where no source gives it."""
    for line in plan["cost"]["lines"]:
        if line["item"] == "storage":
            return None if line["usd"] is None else str(line["usd"])
    return None


def actual_cost(plan: Mapping[str, Any], state: str, *, simulated: bool) -> dict[str, Any]:
    """The `cost` of `job.json`: computed from tokens and prices, since AWS reports neither for a job."""
    if simulated:
        estimate = training_usd(plan)
        would = "at a price no source gives" if estimate is None else f"likely {estimate} USD"
        return {"usd": "0", "note": f"simulated: nothing was billed; training on AWS: {would}"}
    if state == "Completed" and (usd := training_usd(plan)) is not None:
        note = "training tokens x price as planned; AWS's own count of the tokens and its bill decide"
        return {"usd": str(usd), "note": note}
    if state == "Completed":
        return {"usd": None, "note": "no source gives the price: see the provider's bill"}
    return {"usd": None, "note": f"the job ended as {state}: see the provider's bill"}


def training_usd(plan: Mapping[str, Any]) -> Decimal | None:
    """The likely cost without the storage, which goes on after the job; None if any line is unknown."""
    lines = [line for line in plan["cost"]["lines"] if line["item"] != "storage"]
    if any(line["likely"] is None for line in lines):
        return None
    return sum((Decimal(line["likely"]) for line in lines), Decimal(0))


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
