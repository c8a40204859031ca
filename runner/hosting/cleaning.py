"""Deleting what costs money, in the order in which AWS lets it go; to be interrupted and repeated at will."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from runner.aws.calls import THROTTLED, Refused, Unanswered, call
from runner.bedrock.cloud import Cloud
from runner.bedrock.waiting import pauses
from runner.errors import RunnerError
from runner.hosting.home import stamp, time_at, vanished
from runner.hosting.lease import schedule_name
from runner.hosting.things import KINDS, ORDER, delete, found, stranger
from runner.ledger import Entry, Ledger

Outcome = Literal["deleted", "was gone", "kept", "failed"]
PATIENCE_SECONDS = 3600.0
"""Making or ending a throughput takes AWS up to half an hour."""
_SHORT_PATIENCE_SECONDS = 60.0
"""A model is free at once when what served it is gone; else something serves it that we did not make."""
_RUNNING = ("InProgress", "Stopping")
_PASSING = {"ConflictException", *THROTTLED}
"""Codes of refusals that end by themselves: something is still being made, or still depends on it."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of one thing, and why."""

    entry: Entry
    outcome: Outcome
    why: str


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """What is billed by the hour first; a model after what serves it; data last."""
    return sorted(entries, key=lambda entry: (ORDER.index(entry.kind), entry.id))


def clean(
    cloud_of: Callable[[Entry], Cloud],
    ledger: Ledger,
    entries: Sequence[Entry],
    say: Callable[[str], None],
    *,
    others: bool = False,
) -> list[Cleaned]:
    """Delete these things. One that cannot be deleted does not stop the others.

    `others`: also what another machine or person has made under the same name.
    """
    done: list[Cleaned] = []
    for entry in in_order(entries):
        try:
            if vanished(entry.simulator):
                ledger.gone(entry, "its simulated AWS was deleted")
                cleaned = Cleaned(entry, "was gone", "its simulated AWS was deleted")
            else:
                cleaned = _blocked(entry, done) or _clean(cloud_of(entry), ledger, entry, say, others)
        except RunnerError as error:
            cleaned = Cleaned(entry, "failed", error.message)
        done.append(cleaned)
        say(f"{entry.kind} {entry.name}: {cleaned.outcome}{f' ({cleaned.why})' if cleaned.why else ''}")
    return done


def _blocked(entry: Entry, done: Sequence[Cleaned]) -> Cleaned | None:
    """What something stands on stays while that has to stay, and so does the schedule that will end it."""
    for other in done:
        here = (other.entry.region, other.entry.simulator) == (entry.region, entry.simulator)
        if here and other.outcome in ("kept", "failed") and _stands_on(other.entry, entry):
            return Cleaned(entry, "kept", f"{other.entry.kind} {other.entry.name} is still there")
    return None


def _stands_on(upper: Entry, lower: Entry) -> bool:
    if lower.kind == "schedule":
        return upper.kind in ("deployment", "provisioned-throughput") and lower.name == schedule_name(
            upper.kind, upper.name
        )
    needed = {
        "custom-model": ("deployment", "provisioned-throughput"),
        "training-data": ("customization-job", "import-job"),
    }
    same_job = bool(lower.fingerprint) and upper.fingerprint == lower.fingerprint
    return same_job and upper.kind in needed.get(lower.kind, ())


def _clean(cloud: Cloud, ledger: Ledger, entry: Entry, say: Callable[[str], None], others: bool) -> Cleaned:
    if entry.kind == "training-data":
        return _objects(cloud, ledger, entry)
    record = found(cloud, entry)
    if record is None:
        ledger.gone(entry, "AWS does not have it")
        return Cleaned(entry, "was gone", "AWS does not have it")
    if why := stranger(cloud, entry, record, others=others):
        return Cleaned(entry, "kept", f"something of this name exists: {why}")
    if entry.state == "intended":
        entry = ledger.made(entry, str(record[KINDS[entry.kind].arn]))
    if entry.kind in ("customization-job", "import-job"):
        return _job(cloud, ledger, entry, record, say)
    if (until := record.get("commitmentExpirationTime")) and until > time_at(cloud):
        return _committed(ledger, entry, until)
    _deleted(cloud, entry, say)
    ledger.gone(entry, "deleted by cleanup")
    return Cleaned(entry, "deleted", "")


def _committed(ledger: Ledger, entry: Entry, until: datetime) -> Cleaned:
    """A commitment cannot be ended early: say until when it is paid."""
    ledger.made(replace(entry, expires=stamp(until)), entry.arn)
    cost = f" at {entry.usd} USD an hour" if entry.usd else ""
    why = f"its commitment ends {stamp(until)}; AWS does not delete it before, and bills it{cost}"
    return Cleaned(entry, "kept", why)


def _job(
    cloud: Cloud, ledger: Ledger, entry: Entry, record: Mapping[str, Any], say: Callable[[str], None]
) -> Cleaned:
    """A job is stopped; its record stays at AWS and costs nothing."""
    if record.get("status") in _RUNNING and entry.kind == "import-job":
        return Cleaned(entry, "kept", "AWS cannot stop an import job; run cleanup again when it has ended")
    stopped = False
    if record.get("status") == "InProgress":
        _deleted(cloud, entry, say, stopping=True)
        stopped = True
    elif record.get("status") == "Stopping":
        _wait(cloud, entry, say, lambda seen: seen is None or seen.get("status") not in _RUNNING)
    ledger.gone(entry, "stopped by cleanup" if stopped else f"ended: {record.get('status')}")
    return Cleaned(entry, "deleted" if stopped else "was gone", "stopped" if stopped else "the job had ended")


def _deleted(cloud: Cloud, entry: Entry, say: Callable[[str], None], *, stopping: bool = False) -> None:
    """Ask until AWS has done it. A lost answer, or a state that refuses deletion, is waited out."""
    began, told = time.monotonic(), ""
    for pause in pauses(simulated=bool(cloud.simulator)):
        try:
            delete(cloud, entry)
            break
        except Unanswered:
            reason = "no answer came"
        except Refused as refused:
            if refused.code not in _PASSING:
                raise
            reason = refused.reason
        if time.monotonic() - began > _patience(cloud, entry):
            raise RunnerError(f"AWS does not let it go: {reason}", fix="run `runner cleanup` again later")
        if reason != told:
            say(f"{KINDS[entry.kind].title} {entry.name}: waiting, {reason}")
            told = reason
        time.sleep(pause)

    def over(seen: Mapping[str, Any] | None) -> bool:
        return seen is None or (stopping and seen.get("status") not in _RUNNING)

    _wait(cloud, entry, say, over)


def _wait(
    cloud: Cloud,
    entry: Entry,
    say: Callable[[str], None],
    over: Callable[[Mapping[str, Any] | None], bool],
) -> None:
    """Deletion may take its time, and what comes next needs it done."""
    began, told = time.monotonic(), False
    for pause in pauses(simulated=bool(cloud.simulator)):
        if over(found(cloud, entry)):
            return
        if time.monotonic() - began > _patience(cloud, entry):
            raise RunnerError("AWS is still at work on it", fix="run `runner cleanup` again later")
        if not told:
            say(f"{KINDS[entry.kind].title} {entry.name}: AWS is at work on it")
            told = True
        time.sleep(pause)


def _patience(cloud: Cloud, entry: Entry) -> float:
    slow = entry.kind in ("deployment", "provisioned-throughput", "customization-job")
    seconds = PATIENCE_SECONDS if slow else _SHORT_PATIENCE_SECONDS
    return seconds / 60 if cloud.simulator else seconds


def _objects(cloud: Cloud, ledger: Ledger, entry: Entry) -> Cleaned:
    """Delete the object, or everything in the folder, that the entry names; nothing beside it."""
    bucket, _, key = (entry.arn or entry.name).removeprefix("s3://").partition("/")
    if not key:
        return Cleaned(entry, "kept", "the ledger names a whole bucket")
    s3, count = cloud.client("s3"), 0
    while True:
        reply = call(f"listing {entry.name}", s3.list_objects_v2, Bucket=bucket, Prefix=key)
        keys = [row["Key"] for row in reply.get("Contents", []) if _named(row["Key"], key)]
        for name in keys:
            call(f"deleting s3://{bucket}/{name}", s3.delete_object, Bucket=bucket, Key=name)
        count += len(keys)
        if not keys or not reply.get("IsTruncated"):
            break
    ledger.gone(entry, f"{count} objects deleted by cleanup")
    return Cleaned(entry, "deleted" if count else "was gone", f"{count} objects")


def _named(key: str, stated: str) -> bool:
    """`data/a` names itself and `data/a/…`, not `data/ab`."""
    return key == stated or key.startswith(stated.rstrip("/") + "/")
