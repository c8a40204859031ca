"""Turns a template and its values into one self-contained HTML page that runs nothing and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.reporting import figures

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """The page. All text is escaped, except the SVG that `charts` made (and escaped itself)."""
    css = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    return _environment().get_template(template).render(css=css, policy=_policy(css), **values)


def _policy(css: str) -> str:
    """Nothing is loaded, no script runs, even if a text got past the escaping; the style is known by hash."""
    known = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{known}'; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": figures.count,
        "measure": figures.measure,
        "usd": figures.usd,
        "share": figures.share,
        "duration": figures.duration,
        "size": figures.size,
        "readable": figures.readable,
        "clipped": figures.clipped,
        "language": figures.language,
        "drawing": Markup,
    }
    return environment
