"""The rule of the budget over everything that is reserved, by whatever process."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import PurePath

from runner.errors import BudgetError
from runner.ledger.entry import Reservation
from runner.planning.money import dollars, total


def require_room(
    wanted: Reservation,
    held: Sequence[Reservation],
    max_usd: Decimal | None,
    max_usd_per_sweep: Decimal | None,
) -> None:
    """Refuse what would go over a limit together with what others hold.

    `max_usd` bounds one job, and all jobs of one recipe that are under way at a time outside a sweep.
    `max_usd_per_sweep` bounds all jobs of a sweep, those that have ended included. Errors: `BudgetError`.
    """
    others = [row for row in held if row.job != wanted.job]
    if max_usd is not None:
        beside = [] if wanted.sweep else [row for row in others if _same_recipe(row, wanted)]
        _require(wanted, beside, max_usd, "budget.max_usd", f"of {wanted.recipe}")
    if max_usd_per_sweep is not None and wanted.sweep:
        beside = [row for row in others if row.sweep == wanted.sweep and row.state != "released"]
        _require(wanted, beside, max_usd_per_sweep, "budget.max_usd_per_sweep", "of the sweep")


def _same_recipe(row: Reservation, wanted: Reservation) -> bool:
    # By the folder's name: the clones of a team that shares a ledger share the recipe's budget too.
    where = (PurePath(row.project).name, row.recipe, row.sweep, row.state)
    return where == (PurePath(wanted.project).name, wanted.recipe, "", "open")


def _require(
    wanted: Reservation, beside: Sequence[Reservation], limit: Decimal, key: str, whose: str
) -> None:
    taken = total([row.usd for row in beside])
    if total([taken, wanted.usd]) <= limit:
        return
    message = f"the job may cost {dollars(wanted.usd)} USD; {key} is {dollars(limit)} USD"
    if beside:
        lines = [
            f"\n    {row.job}: {dollars(row.usd)} USD, {row.state} since {row.created}" for row in beside
        ]
        message += f", and other jobs {whose} hold {dollars(taken)} USD of it{''.join(lines)}"
    enough = int(total([taken, wanted.usd])) + 1
    raise BudgetError(
        message,
        fix=f"wait for the other jobs, give them up (`runner cleanup RECIPE`), or allow it: {key}={enough}",
    )
