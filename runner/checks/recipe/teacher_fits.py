"""Distillation: is the named teacher one that may teach this student, in this region?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Method, Model, called_model

PARAMETER = "teacherModelIdentifier"
_PATH = f"hyperparameters.{PARAMETER}"
_PROFILES = ("us", "eu")
"""Prefixes of inference profiles that are also the beginning of their regions' names."""


def teacher_fits(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare the teacher with the documented pairs of the student.

    `R125`: the teacher is unknown, of another provider or region, no documented teacher of this student, has
      ended, or is called through an inference profile only.
    """
    method = model.methods.get(str(composed.mapping.get("method"))) if model else None
    values = composed.mapping.get("hyperparameters")
    if model is None or method is None or method.teachers is None or not isinstance(values, dict):
        return
    name = values.get(PARAMETER)
    if isinstance(name, str) and name.strip():
        yield from _judged(composed, model, method, name)


def _judged(composed: Composed, student: Model, method: Method, name: str) -> Iterator[Finding]:
    teacher, facts = called_model(name), method.data["teachers"]
    source = student.source(facts["source"])
    usable = ", ".join(facts["usable"])
    fix = f"one of: {usable}" if usable else "no teacher of this student is left: choose another student"

    def finding(message: str, **more: Any) -> Finding:
        return composed.finding(_PATH, "R125", message, **{"fix": fix, "source": source, **more})

    if teacher is None:
        yield finding(f"no capability schema knows the teacher {name!r}")
    elif teacher.data["provider"] != student.data["provider"]:
        makers = f"{teacher.data['provider']}, {student.name} of {student.data['provider']}"
        yield finding(f"teacher and student must be of one provider: {teacher.name} is of {makers}")
    elif teacher.id not in method.teacher_ids:
        yield finding(f"{teacher.name} is no documented teacher of {student.name}")
    elif teacher.id not in facts["usable"]:
        ended = teacher.lifecycle.get("end_date") or teacher.lifecycle["status"]
        cause = teacher.source(teacher.lifecycle["source"])
        yield finding(f"{teacher.name} can teach no more: it ended ({ended})", source=cause)
    elif teacher.id in facts.get("profile_only", ()) and name.rpartition("/")[2] in teacher.names:
        message = f"{teacher.name} is called through an inference profile only"
        yield finding(message, fix=f"name a system-defined profile of it, such as us.{teacher.id}")
    elif name in teacher.data["aliases"]:
        yield finding(f"{name!r} is a name of ours; the service wants the identifier", fix=teacher.id)
    elif (place := _place_of(name)) and not str(composed.mapping.get("region")).startswith(place):
        where = place.removesuffix("-") + ("-…" if place.endswith("-") else "")
        message = f"the teacher is named in {where}, the job runs in {composed.mapping.get('region')}"
        yield finding(message, fix="teacher and student work in one region")


def _place_of(name: str) -> str:
    """The region that an ARN names, or the beginning of the regions of a profile `us.…`; else ""."""
    parts = name.split(":")
    if parts[0] == "arn" and len(parts) > 5:
        return parts[3]
    profile = name.partition(".")[0]
    return f"{profile}-" if profile in _PROFILES else ""
