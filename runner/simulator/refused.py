"""How an operation says no: a wire error of AWS's shape."""

from __future__ import annotations

from typing import Any

from runner.simulator.rules import Rule

COMMON_STATUS = {
    "AccessDenied": 403,
    "AccessDeniedException": 403,
    "ExpiredToken": 403,
    "ExpiredTokenException": 403,
    "InternalServerException": 500,
    "InternalError": 500,
    "ServiceUnavailableException": 503,
    "SlowDown": 503,
    "SerializationException": 400,
    "ThrottlingException": 429,
    "Throttling": 400,
    "ValidationException": 400,
}


class Refused(Exception):
    """The operation's error reply. `rule` names the rule that refused, for the record of calls."""

    def __init__(self, code: str, message: str, *, rule: Rule | None = None, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.rule = rule
        self.members = members


class NotSimulated(Exception):
    """Neither we nor moto implement what was asked: the test that asked must fail."""
