"""Numbers on the command line: what cannot be meant is refused before anything is asked or sent."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation


def counted(text: str) -> int:
    """A whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def amount(text: str) -> Decimal:
    """US dollars, 0 or more."""
    try:
        usd = Decimal(text)
    except InvalidOperation:
        usd = Decimal(-1)
    if not usd.is_finite() or usd < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount of US dollars")
    return usd
