"""Exact amounts: nothing is rounded but for the eye."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.planning.money import dollars, exact, plain, product, total

amounts = st.decimals(min_value=0, max_value=10**9, places=9, allow_nan=False, allow_infinity=False)


@given(amounts, amounts, st.integers(min_value=0, max_value=10**12))
def test_products_and_sums_are_exact(a: Decimal, b: Decimal, n: int) -> None:
    """The results equal those of rational arithmetic."""
    assert Fraction(product(a, b, n)) == Fraction(a) * Fraction(b) * n
    assert Fraction(total([a, b])) == Fraction(a) + Fraction(b)


@given(amounts)
def test_plain_text_comes_back(amount: Decimal) -> None:
    """The text in JSON files is the same amount, without exponent."""
    text = plain(amount)
    assert Decimal(text) == amount
    assert "E" not in text


def test_a_float_of_a_file_is_taken_as_written() -> None:
    """0.57 in a JSON file is 57 hundredths, not the nearest binary fraction."""
    assert exact(0.57) == Decimal("0.57")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1452", "1,452.00"),
        ("11.34", "11.34"),
        ("0.005", "0.005"),
        ("0.0012345", "0.0012"),
        ("0.00001234", "0.000012"),
        ("0", "0.00"),
        ("2.345", "2.35"),
        (None, "unknown"),
    ],
)
def test_amounts_for_people(amount: str | None, text: str) -> None:
    """Cents; below a cent two digits that say something; never 0.00 for something that costs."""
    assert dollars(amount) == text
