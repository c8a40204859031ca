"""One call of AWS: its reply with the members that are needed, or an error that says what became of it.

Three endings are told apart, since they differ in what may have happened: AWS refused (`Refused`: nothing was
done), no usable answer came (`Unanswered`: it may have been done), or the call never left (`RunnerError`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from runner.aws.refusals import SIGN_IN, error_code, explained, is_unreadable
from runner.errors import RunnerError

_NOT_SETTLED = frozenset({"InternalServerException", "InternalFailure", "InternalError", "500", "502", "504"})
PROPAGATION_SECONDS = 120.0
"""How long a new role may take to be seen: Terraform's AWS provider waits two minutes for IAM."""

THROTTLED = frozenset(
    {"ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException", "SlowDown"}
    | {"RequestLimitExceeded", "RequestThrottled", "ServiceUnavailable", "ServiceUnavailableException"}
)
_EXPIRED = frozenset({"ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
_SKEWED = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
_SKEW = re.compile(r"^signature (?:not yet current|expired)", re.I)


class Refused(RunnerError):
    """AWS answered with an error: what was asked for has not been done."""

    def __init__(self, message: str, *, code: str, reason: str, operation: str, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.code = code
        self.reason = reason
        """AWS's own sentence."""
        self.operation = operation


class Unanswered(RunnerError):
    """The call was sent, and no usable answer came: whether AWS has done it is not known."""


def call(what: str, method: Callable[..., Any], *, needs: Sequence[str] = (), **request: Any) -> Any:
    """The reply. `what` begins every error, such as `creating the job`; `needs` names members of the reply.

    Replies are not held to the published model, which the real service does not keep; but a reply that is cut
    short reads like an empty success, so the members that the caller needs must be there.
    Errors: `Refused`, `Unanswered`, `RunnerError`.
    """
    with explained(what):
        reply = _sent(what, method, request)
    missing = [name for name in needs if reply.get(name) in (None, "")]
    if missing:
        raise Unanswered(f"{what}: AWS's reply was cut short, it lacks {', '.join(missing)}", fix=_AGAIN)
    return reply


def look(what: str, method: Callable[..., Any], *, needs: Sequence[str] = (), **request: Any) -> Any:
    """`call` for what only reads: asked again when no usable answer came, since that changes nothing."""
    for pause in _LOOK_PAUSES:
        try:
            return call(what, method, needs=needs, **request)
        except Unanswered:
            time.sleep(pause)
    return call(what, method, needs=needs, **request)


_LOOK_PAUSES = (0.05, 0.5)
_AGAIN = "run the same command again: it looks up what AWS has done before it asks for anything"


def _sent(what: str, method: Callable[..., Any], request: dict[str, Any]) -> Any:
    from botocore import exceptions as aws

    try:
        return method(**request)
    except aws.ClientError as error:
        raise _refused(what, error) from None
    except aws.ParamValidationError as error:
        raise RunnerError(f"{what}: {error}") from None
    except Exception as error:
        # A reset, a timeout, half a reply, the page of a proxy.
        if not (isinstance(error, aws.HTTPClientError) or is_unreadable(error)):
            raise
        raise Unanswered(f"{what}: no answer came ({type(error).__name__})", fix=_AGAIN) from None


def _refused(what: str, error: Any) -> RunnerError:
    code = error_code(error)
    reason = str(error.response.get("Error", {}).get("Message") or "")
    operation = str(error.operation_name)
    if code in _NOT_SETTLED:
        return Unanswered(f"{what}: AWS had an internal error ({operation}: {code})", fix=_AGAIN)
    fix = ""
    if code in _SKEWED or _SKEW.search(reason):
        fix = "set this machine's clock (AWS takes requests of the last few minutes), then run again"
    elif code in _EXPIRED:
        fix = f"{SIGN_IN}; then run the same command again, nothing is lost"
    elif code in THROTTLED:
        fix = "wait a little and run the same command again: it goes on where it stopped"
    return Refused(
        f"{what}: AWS refused {operation}: {reason or code} ({code})",
        code=code,
        reason=reason,
        operation=operation,
        fix=fix,
    )
