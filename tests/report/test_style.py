"""The page's colours: every text stands out from every ground it is put on, in light, dark and print."""

from __future__ import annotations

import re

import pytest
from reading import contrast

from runner.reporting.pages import _TEMPLATES

_CSS = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
_LIGHT, _DARK, _PRINT = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
    for block in re.findall(r":root \{(.*?)\}", _CSS, re.DOTALL)
)
_TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink", "muted", "accent", "alert") for ground in ("paper", "card")),
    ("ink", "soft"),
    ("accent", "accent-soft"),
    ("ink", "accent-soft"),
    ("alert", "alert-soft"),
    ("ink", "alert-soft"),
    ("paper", "alert"),
]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(("text", "ground"), _TEXT_ON_GROUND)
def test_text_has_contrast(scheme: str, text: str, ground: str) -> None:
    """WCAG AA asks for 4.5 to 1."""
    colours = {"light": _LIGHT, "dark": _DARK, "print": _PRINT}[scheme]
    assert contrast(rgb(colours[text]), rgb(colours[ground])) >= 4.5


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a hex colour."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue
