"""One record of an invocation log, and every reason why a job cannot use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.examining.keys import seen
from runner.examining.logged_call import LoggedCall, logged_call
from runner.examining.rules import Fault, Rules

_REQUIRED = ("modelId", "input", "output")
_INPUT, _OUTPUT = "$.input.inputBodyJson", "$.output.outputBodyJson"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the log with its call read."""

    row: Mapping[str, Any]
    model: str
    error: str
    apart: tuple[str, ...]
    """JSON paths of the bodies that lie apart in S3."""
    call: LoggedCall
    asked_at: str = _INPUT
    answered_at: str = _OUTPUT


def entry_of(row: Mapping[str, Any]) -> Entry:
    """The record of any shape; never fails."""
    asked, answered = _part(row, "input"), _part(row, "output")
    apart = [
        f"$.{side}.{side}BodyS3Path"
        for side, part in (("input", asked), ("output", answered))
        if part.get(f"{side}BodyS3Path") and part.get(f"{side}BodyJson") is None
    ]
    call = logged_call(asked.get("inputBodyJson"), answered.get("outputBodyJson"))
    return Entry(row, _text(row.get("modelId")), _text(row.get("errorCode")), tuple(apart), call)


def reasons_against(entry: Entry, rules: Rules) -> Iterator[Fault]:
    """Everything that keeps a job from using the record; nothing if it can."""
    rule = rules.content("invocation_log")
    source = rules.cite(rule)
    required = [name for name in rule.get("required") or _REQUIRED if name not in entry.row]
    if entry.error:
        message = f"the call failed ({entry.error}): there is no answer"
        yield Fault("D286", "$.errorCode", message, _SKIPPED, source, "warning")
        required = [name for name in required if name != "output"]
    for name in required:
        yield Fault("D285", f"$.{name}", f"the record has no {name}", _SKIPPED, source, "warning")
    for path in entry.apart:
        message = "the text was too large for the log and lies apart in S3"
        yield Fault("D287", path, message, _SKIPPED, source, "warning")
    if required or entry.error:
        return
    yield from _call_faults(entry, rules, source)
    if rules.teacher is not None and entry.model != rules.teacher:
        yield _not_the_teacher(entry.model, rules.teacher, source)


def _call_faults(entry: Entry, rules: Rules, source: str) -> Iterator[Fault]:
    rule, call = rules.content("invocation_log"), entry.call
    asked_apart = any(path.startswith("$.input.") for path in entry.apart)
    answered_apart = any(path.startswith("$.output.") for path in entry.apart)
    if rule.get("single_turn", True) and len(call.asked) > 1:
        message = f"the user speaks {len(call.asked)} times; of a log only single turns are used"
        yield Fault("D288", _INPUT, message, _SKIPPED, source, "warning")
    if call.media and not rule.get("media"):
        message = f"the request holds {' and '.join(call.media)}; of a log only text is used"
        yield Fault("D289", _INPUT, message, _SKIPPED, source, "warning")
    elif call.blocks > 1:
        message = f"one turn holds {call.blocks} blocks of text; AWS's validator takes one"
        yield Fault("D289", _INPUT, message, _SKIPPED, source, "warning")
    elif not asked_apart and not any(map(seen, call.asked)):
        message = "the request is of no known form" if not call.shape else "the request holds no text"
        yield Fault("D290", _INPUT, message, _SKIPPED, source, "warning")
    # Where the teacher answers anew, only the prompt is read.
    if rules.teacher is not None and not answered_apart and not seen(call.answer):
        yield Fault("D290", _OUTPUT, "the answer holds no text", _SKIPPED, source, "warning")


def _not_the_teacher(model: str, teacher: str, source: str) -> Fault:
    message = f"{model} answered, not the teacher {teacher}: the answer is not used"
    hint = "name the model of the log as teacher, or let the teacher answer anew (usePromptResponse: false)"
    if teacher in model:
        hint = f"the log names it {model}: give exactly this as the teacher"
    return Fault("D291", "$.modelId", message, hint, source, "warning")


_SKIPPED = "the job cannot use this record: filter it out by requestMetadata, or let it be"


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = row.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
