"""The JSON Schema of a record format, and where its shape comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from runner.examining.rules import Fault
from runner.resources import shipped

_OF_THE_SHAPE = frozenset(f"D{number}" for number in range(211, 220))
"""Codes whose rule is the format itself, where no rule of the model says more."""


@cache
def record_schema(format: str) -> Mapping[str, Any]:
    """`schemas/records/<format>.json`; empty if there is none."""
    file = shipped("schemas") / "records" / f"{format}.json"
    return json.loads(file.read_bytes()) if file.is_file() else {}


def shape_source(format: str) -> str:
    """The page that describes the format; "" if the schema names none."""
    return str(record_schema(format).get("x-source", ""))


def source_of(fault: Fault, format: str) -> str:
    """Where the rule that a fault breaks comes from: the model's own, else the page of the format."""
    return fault.source or (shape_source(format) if fault.code in _OF_THE_SHAPE else "")
