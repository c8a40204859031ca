"""Who may speak when: the order of a conversation's turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from runner.examining.rules import Fault, Report, Rules

_WHOSE = {"user": "the user's", "assistant": "the assistant's"}
_KNOWN_ORDERS = 4096


def in_order(rules: Rules) -> Callable[[tuple[str, ...]], bool]:
    """Whether the roles of a record's turns are right: remembered, since few orders ever occur."""

    @lru_cache(_KNOWN_ORDERS)
    def right(roles: tuple[str, ...]) -> bool:
        found: list[Fault] = []
        judge_turns(list(roles), rules, found.append)
        return not found

    return right


def judge_turns(roles: Sequence[Any], rules: Rules, report: Report) -> None:
    """Report what is wrong with the roles of a record's turns.

    `D217`: a role that nobody has, or turns in the wrong order.
    `D218`: too few or too many turns.
    `D219`: a system text as a turn, where it has a key of its own.
    """
    turns = rules.turns
    for number, role in enumerate(roles):
        path = f"$.messages[{number}].role"
        if role == "system" and role not in turns.roles:
            fix = "move the text to the key `system` of the record"
            report(Fault("D219", path, "a system text is no turn here", fix, turns.source))
        elif role not in turns.roles:
            message = f"{role!r} is no role; the roles are {' and '.join(turns.roles)}"
            report(Fault("D217", path, message, "", turns.source))
    _count(len(roles), rules, report)
    said = [(number, role) for number, role in enumerate(roles) if role in turns.roles]
    if said and said[0][1] != turns.first:
        message = f"the first turn is {_whose(said[0][1])}; it must be {_whose(turns.first)}"
        report(Fault("D217", f"$.messages[{said[0][0]}].role", message, "drop that turn", turns.source))
    if turns.alternating:
        for (_, before), (number, role) in pairwise(said):
            if role == before:
                message = f"two turns of the {role} follow each other; user and assistant alternate"
                path = f"$.messages[{number}].role"
                report(Fault("D217", path, message, "join the two, or drop one", turns.source))
    if turns.last and len(said) > 1 and said[-1][1] != turns.last:
        message = f"the last turn is {_whose(said[-1][1])}; it must be {_whose(turns.last)}"
        fix = "add the answer, or drop the last turn"
        report(Fault("D217", f"$.messages[{said[-1][0]}].role", message, fix, turns.source))


def _count(found: int, rules: Rules, report: Report) -> None:
    turns = rules.turns
    if found < turns.minimum:
        message = f"{found} turn{'s' * (found != 1)}; {rules.who} needs {turns.minimum} or more"
        report(
            Fault("D218", "$.messages", message, "add the missing turns, or drop the record", turns.source)
        )
    elif turns.maximum is not None and found > turns.maximum:
        message = f"{found} turns; {rules.who} takes one question with its answer"
        report(
            Fault("D218", "$.messages", message, "make a record of each question and answer", turns.source)
        )


def _whose(role: str) -> str:
    return _WHOSE.get(role, f"the {role}'s")
