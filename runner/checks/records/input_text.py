"""Records of plain text: continued pre-training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.examining.keys import is_text, known_keys, seen
from runner.examining.rules import Checker, Fit, Report, Rules, Text, fitting


def input_text(rules: Rules) -> Checker:
    """One key `input` with a text; the findings are those of prompt_completion."""

    def judge(row: Any, report: Report) -> None:
        known_keys(row, "$", ("input",), (), rules, report)
        if "input" in row:
            is_text(row["input"], "$.input", report)

    return Checker(_fit, judge, _texts)


def _fit(row: Any) -> Fit | None:
    if type(row) is dict and len(row) == 1:
        text = row.get("input")
        if type(text) is str and seen(text):
            return fitting(2, (text,))
    return None


def _texts(row: Any) -> Iterator[Text]:
    if type(row) is dict and type(row.get("input")) is str:
        yield Text("$.input", "text", row["input"])
