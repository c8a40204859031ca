"""Is the teacher of a distillation still served where the job runs?

`P116`: AWS does not list the teacher in the region any more, or calls it Legacy.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from runner.aws.connection import Connection
from runner.finding import Finding
from runner.live.asking import Unanswered, answered, one_model

_ASKED = "GetFoundationModel, asked now"
_PATH = "hyperparameters.teacherModelIdentifier"


def teacher_findings(connection: Connection, teacher: str, today: date) -> Iterator[Finding]:
    """What AWS says of the teacher now. No answer is no finding: the model's own question tells why."""
    region = connection.region or ""
    found = answered(lambda: one_model(connection, teacher), "teacher", region)
    if isinstance(found, Unanswered):
        return
    fix = "name another teacher: `runner models` tells which can be used with this student"
    if found is None or found.ended(today):
        message = f"AWS does not list the teacher {teacher} in {region}"
        yield Finding("P116", message, path=_PATH, fix=fix, source=_ASKED)
    elif found.is_legacy:
        until = f", which ends on {found.end_date}" if found.end_date else ""
        message = f"AWS calls the teacher {teacher} Legacy in {region}{until}: new accounts cannot use it"
        yield Finding("P116", message, "warning", path=_PATH, fix=fix, source=_ASKED)
