"""The JSON Schema of a record format, and where its shape comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from runner.resources import shipped


@cache
def record_schema(format: str) -> Mapping[str, Any]:
    """`schemas/records/<format>.json`; empty if there is none."""
    file = shipped("schemas") / "records" / f"{format}.json"
    return json.loads(file.read_bytes()) if file.is_file() else {}


def shape_source(format: str) -> str:
    """The page that describes the format; "" if the schema names none."""
    return str(record_schema(format).get("x-source", ""))
