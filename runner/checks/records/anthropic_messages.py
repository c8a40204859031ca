"""Records in Anthropic's message form: Claude 3 Haiku."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from runner.examining.keys import is_kind, is_text, known_keys, seen
from runner.examining.rules import Checker, Fit, Report, Rules, Text, fitting
from runner.examining.turns import in_order, judge_turns


def anthropic_messages(rules: Rules) -> Checker:
    """Perhaps a text `system`, and `messages` with plain texts; the findings are those of converse."""

    def judge(row: Any, report: Report) -> None:
        known_keys(row, "$", ("messages",), ("system",), rules, report)
        if "system" in row:
            is_text(row["system"], "$.system", report)
        if "messages" not in row or not is_kind(row["messages"], list, "$.messages", report):
            return
        roles = []
        for number, turn in enumerate(row["messages"]):
            path = f"$.messages[{number}]"
            if not is_kind(turn, dict, path, report):
                continue
            known_keys(turn, path, ("role", "content"), (), rules, report)
            if "content" in turn:
                is_text(turn["content"], f"{path}.content", report)
            if "role" in turn:
                roles.append(turn["role"])
        judge_turns(roles, rules, report)

    return Checker(_fitting(rules), judge, _texts)


def _fitting(rules: Rules) -> Callable[[Any], Fit | None]:
    right_order = in_order(rules)

    def fit(row: Any) -> Fit | None:
        if type(row) is not dict or type(messages := row.get("messages")) is not list:
            return None
        said: Any = ""
        if len(row) != 1:
            said = row.get("system")
            if len(row) != 2 or type(said) is not str or not seen(said):
                return None
        texts, roles = [said], []
        for turn in messages:
            if type(turn) is not dict or len(turn) != 2:
                return None
            role, text = turn.get("role"), turn.get("content")
            if type(role) is not str or type(text) is not str or not seen(text):
                return None
            roles.append(role)
            texts.append(text)
        if not right_order(tuple(roles)):
            return None
        return fitting((3 if said else 1) + 4 * len(roles), tuple(texts))

    return fit


def _texts(row: Any) -> Iterator[Text]:
    if type(row) is not dict:
        return
    if type(row.get("system")) is str:
        yield Text("$.system", "system", row["system"])
    messages = row.get("messages")
    for number, turn in enumerate(messages if type(messages) is list else ()):
        if type(turn) is dict and type(turn.get("content")) is str:
            yield Text(f"$.messages[{number}].content", str(turn.get("role")), turn["content"])
