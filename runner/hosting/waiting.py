"""Waits for AWS to finish with a thing; what takes long says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from runner.bedrock.cloud import Cloud
from runner.bedrock.waiting import pauses
from runner.errors import RunnerError
from runner.hosting.things import KINDS, found
from runner.ledger import Entry

PATIENCE_SECONDS = 3600.0


def until(
    cloud: Cloud, entry: Entry, done: Callable[[Mapping[str, Any]], bool], say: Callable[[str], None]
) -> Mapping[str, Any] | None:
    """AWS's record once it is `done`, or None when there is no such thing any more."""
    began = time.monotonic()
    told = ""
    for pause in pauses(simulated=bool(cloud.simulator)):
        record = found(cloud, entry)
        if record is None or done(record):
            return record
        if record.get("status") != told:
            told = str(record.get("status"))
            say(f"{KINDS[entry.kind].title} {entry.name}: {told}")
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise RunnerError(
                f"{entry.name} is {told} for an hour", fix="run the same command again to wait on"
            )
        time.sleep(pause)
    return None
