"""Records for reinforcement fine-tuning: a prompt in OpenAI's chat form, and a reference for its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.examining.functions import functions
from runner.examining.keys import is_kind, is_text, known_keys, seen
from runner.examining.rules import Checker, Fault, Fit, Report, Rules, Text
from runner.examining.strings import strings_in

_ROLES = ("system", "user", "assistant")
_MEANT = {"developer": "system", "human": "user", "bot": "assistant", "gpt": "assistant"}
_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


def openai_chat(rules: Rules) -> Checker:
    """`messages` with at least one turn of the user, a `reference_answer`, `tools` if any.

    Every other key reaches the grader as metadata.

    `D275`: a role that the method does not know, or a system text that is not first.
    `D276`: no turn of the user.
    `D277`: the reference answer is missing, empty, or of a kind that is not taken.
    `D278`: a tool without name, description or parameters, or two tools of one name.
    """
    turns = rules.content("turns")
    roles = frozenset(turns.get("roles") or _ROLES)
    needs = frozenset(turns.get("needs") or ("user",))
    answers = frozenset(rules.content("reference_answer").get("types") or _NAMES.values())

    def fit(row: Any) -> Fit | None:
        if type(row) is not dict or "tools" in row:
            return None
        texts = _fitting(row.get("messages"), roles, needs)
        answer = row.get("reference_answer")
        if texts is None or _empty(answer) or _NAMES.get(type(answer)) not in answers:
            return None
        return Fit(strings_in(row), texts, _others(row))

    def judge(row: Any, report: Report) -> None:
        known_keys({key: row[key] for key in row if key == "messages"}, "$", ("messages",), (), rules, report)
        if "messages" in row and is_kind(row["messages"], list, "$.messages", report):
            _judge_messages(row["messages"], rules, roles, needs, report)
        _judge_answer(row, rules, answers, report)
        if "tools" in row:
            functions(row["tools"], rules, report)

    return Checker(fit, judge, _texts, _others)


def _fitting(messages: Any, roles: frozenset[str], needs: frozenset[str]) -> tuple[str, ...] | None:
    """The texts of messages that are right in every way, the system text first."""
    if type(messages) is not list or not messages:
        return None
    texts, spoken = [], set()
    for number, message in enumerate(messages):
        if type(message) is not dict or len(message) != 2:
            return None
        role, text = message.get("role"), message.get("content")
        known = type(role) is str and role in roles and (role != "system" or not number)
        if not known or type(text) is not str or not seen(text):
            return None
        spoken.add(role)
        texts.append(text)
    if not needs <= spoken:
        return None
    return tuple(texts) if messages[0]["role"] == "system" else ("", *texts)


def _others(row: Any) -> tuple[str, ...]:
    """What the grader is given: two rows are the same only if this is, too."""
    given = row.items() if type(row) is dict else ()
    return tuple(_compared(value) for key, value in given if key != "messages")


def _compared(value: Any) -> str:
    return value if type(value) is str else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _judge_messages(
    messages: Sequence[Any], rules: Rules, roles: frozenset[str], needs: frozenset[str], report: Report
) -> None:
    rule = rules.content("turns")
    spoken = set()
    for number, message in enumerate(messages):
        path = f"$.messages[{number}]"
        if not is_kind(message, dict, path, report):
            continue
        role = message.get("role")
        role = role if isinstance(role, str) else None
        spoken.add(role)
        known_keys(message, path, ("role",), tuple(message), rules, report)
        if "role" in message and role not in roles:
            wrong = f"the role is {message['role']!r}; it is one of: {', '.join(sorted(roles))}"
            report(Fault("D275", f"{path}.role", wrong, _role_hint(role), rules.cite(rule)))
        elif role == "system" and number and rule.get("system_first", True):
            hint = "put the system text before every turn; join several into one"
            report(Fault("D275", f"{path}.role", "the system text is not first", hint, rules.cite(rule)))
        # An answer that only calls a tool says nothing else.
        if not (message.get("content") is None and message.get("tool_calls")):
            is_text(message.get("content"), f"{path}.content", report)
    for role in sorted(needs - spoken):
        hint = "the prompt is what the user says: add it"
        report(Fault("D276", "$.messages", f"no turn of the {role}", hint, rules.cite(rule)))


def _role_hint(role: str | None) -> str:
    said = (role or "").lower()
    return f"write {_MEANT.get(said, said if said in _ROLES else 'user')!r}"


def _judge_answer(row: Mapping[str, Any], rules: Rules, answers: frozenset[str], report: Report) -> None:
    rule = rules.content("reference_answer")
    source, answer = rules.cite(rule), row.get("reference_answer")
    if answer is None:
        severity = rules.severity(rule) if rule.get("required") else "warning"
        message = "there is no reference_answer: the grader has nothing to compare with"
        hint = "add it; or make sure that the grader judges without it"
        report(Fault("D277", "$.reference_answer", message, hint, source, severity))
    elif _empty(answer):
        report(Fault("D277", "$.reference_answer", "the reference_answer is empty", "write it", source))
    elif (kind := _NAMES[type(answer)]) not in answers:
        message = f"the reference_answer is of type {kind}; {rules.who} takes {', '.join(sorted(answers))}"
        report(Fault("D277", "$.reference_answer", message, "write it as text", source))


def _empty(answer: Any) -> bool:
    return not seen(answer) if type(answer) is str else answer in ({}, [], None)


def _texts(row: Any) -> Iterator[Text]:
    messages = row.get("messages") if type(row) is dict else None
    for number, message in enumerate(messages if type(messages) is list else ()):
        if type(message) is dict and type(message.get("content")) is str:
            role = message.get("role")
            role = role if role in _ROLES else "text"
            yield Text(f"$.messages[{number}].content", role, message["content"])
