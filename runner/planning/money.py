"""Exact US dollars: `Decimal` in code, a plain string in JSON, cents for people."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

_CENT = Decimal("0.01")
_EXACT = Context(prec=60)
"""Tokens x epochs x price needs about thirty digits: with sixty nothing is ever rounded."""


def exact(value: str | int | float | Decimal) -> Decimal:
    """The number as it was written: a float from JSON becomes the digits that stand in the file."""
    return Decimal(repr(value) if isinstance(value, float) else value)


def product(*factors: Decimal | int) -> Decimal:
    """All factors multiplied, unrounded."""
    with localcontext(_EXACT):
        result = Decimal(1)
        for factor in factors:
            result *= factor
        return result


def total(amounts: list[Decimal]) -> Decimal:
    """All amounts added, unrounded."""
    with localcontext(_EXACT):
        return sum(amounts, Decimal(0))


def plain(amount: Decimal) -> str:
    """The whole amount without exponent or trailing zeros: the form in JSON files."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dollars(amount: Decimal | str | None) -> str:
    """The amount for people: cents, or two significant digits below a cent; `unknown` for None."""
    if amount is None:
        return "unknown"
    value = Decimal(amount)
    if value == 0 or abs(value) >= _CENT:
        return f"{value.quantize(_CENT, rounding=ROUND_HALF_UP, context=_EXACT):,f}"
    step = Decimal(1).scaleb(value.adjusted() - 1)
    return plain(value.quantize(step, rounding=ROUND_HALF_UP, context=_EXACT))
