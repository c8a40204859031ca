"""Records of a prompt and its completion: Titan Text, Llama 2 and 3.1, Cohere Command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.examining.keys import is_text, known_keys, seen
from runner.examining.rules import Checker, Fit, Report, Rules, Text, fitting

_ROLES = {"prompt": "user", "completion": "assistant"}


def prompt_completion(rules: Rules) -> Checker:
    """Both keys, both texts, and nothing else.

    `D212`: a key is missing.
    `D213`: a key that the format does not know.
    `D214`: a value of the wrong type.
    `D215`: a text is null, empty, or only white space and invisible characters.
    """

    def judge(row: Any, report: Report) -> None:
        known_keys(row, "$", tuple(_ROLES), (), rules, report)
        for name in _ROLES:
            if name in row:
                is_text(row[name], f"$.{name}", report)

    return Checker(_fit, judge, _texts)


def _fit(row: Any) -> Fit | None:
    if type(row) is dict and len(row) == 2:
        prompt, completion = row.get("prompt"), row.get("completion")
        if type(prompt) is str and type(completion) is str and seen(prompt) and seen(completion):
            return fitting(4, (prompt, completion))
    return None


def _texts(row: Any) -> Iterator[Text]:
    if type(row) is dict:
        for name, role in _ROLES.items():
            if type(row.get(name)) is str:
                yield Text(f"$.{name}", role, row[name])
