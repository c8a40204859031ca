"""The budget: what is within, what is over, and what cannot be decided."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import BudgetError
from runner.model import load_model
from runner.planning.budget import require_within_budget, verdict
from runner.planning.cost import Cost, Work, estimate
from runner.recipe import Budget


def cost(model: str = "nova-2-lite", region: str = "us-east-1") -> Cost:
    """A million tokens of Japanese three times: 6.35 to 18.48 and 1.95 for storage, in US dollars."""
    work = Work(1_000_000, "cl100k_base", 3, {"japanese": 1_000_000})
    return estimate(load_model(model), "fine_tuning", region, work)


def budget(max_usd: str | None, *, accept: bool = False) -> Budget:
    """A budget with this limit for one job."""
    return Budget(None if max_usd is None else Decimal(max_usd), None, accept)


def decide(cost: Cost, budget: Budget, *, paid: bool = False) -> None:
    """Refuse or not, on the plain data of a plan."""
    require_within_budget(cost.as_dict(), verdict(cost, budget, paid=paid))


@pytest.mark.parametrize(
    ("limit", "within"), [(None, None), ("20.43", False), ("20.4342", True), ("100", True)]
)
def test_the_highest_estimate_must_fit(limit: str | None, within: bool | None) -> None:
    """18.4842 + 1.95 = 20.4342 fits exactly, and not with a hundredth of a cent less."""
    assert verdict(cost(), budget(limit), paid=False)["within"] is within


def test_the_refusal_has_numbers_lines_and_a_way_out() -> None:
    """What it may cost, the limit, each line, how to go on; a rehearsal is told that it is free."""
    with pytest.raises(BudgetError) as caught:
        decide(cost(), budget("5"))
    error = caught.value
    assert error.exit_code == 3
    for word in ("20.43", "5.00", "training_tokens: 6.35 / 7.94 / 18.48", "storage", "costs nothing"):
        assert word in error.message
    for word in ("budget.max_usd=21", "budget.max_usd=null", "epochCount"):
        assert word in error.fix
    with pytest.raises(BudgetError) as paid:
        decide(cost(), budget("5"), paid=True)
    assert "costs nothing" not in paid.value.message


def test_an_unknown_price_must_be_accepted_before_paying() -> None:
    """On a paid executor an unknown price is a refusal until it is accepted; a rehearsal only names it."""
    unknown = cost("llama-3.1-8b", "us-west-2")
    decide(unknown, budget("5"))
    with pytest.raises(BudgetError, match="training_tokens, storage"):
        decide(unknown, budget("5"), paid=True)
    decide(unknown, budget("5", accept=True), paid=True)


def test_an_unknown_price_without_a_limit_is_refused_too() -> None:
    """No limit does not mean any price."""
    with pytest.raises(BudgetError):
        decide(cost("nova-lite"), budget(None), paid=True)


def test_unknown_is_never_within() -> None:
    """What cannot be summed cannot be declared within the limit; the known part can still be over."""
    assert verdict(cost("nova-lite"), budget("5"), paid=False)["within"] is None
    assert verdict(cost("nova-lite"), budget("1"), paid=False)["within"] is False


@given(st.decimals(min_value=0, max_value=1000, places=4))
def test_within_is_what_it_says(limit: Decimal) -> None:
    """The verdict equals the comparison, for any limit."""
    assert verdict(cost(), Budget(limit, None, False), paid=False)["within"] is (cost().sum("high") <= limit)  # type: ignore[operator]
