"""One line of a training file as a trainer reads it, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """What is trained on: a system text ("" is none) and turns of (role, text).

    Roles are `user` and `assistant`; continued pre-training has a single turn of role `text`.
    """

    system: str
    turns: tuple[tuple[str, str], ...]
