"""Names and tokens that follow from a job's fingerprint alone: a repeated run asks for the same thing.

A job that failed or was stopped keeps its name for ever, so the next attempt has a number behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from runner.atomic import digest
from runner.bedrock.ownership import legal, owner

_LIMIT = 63
_FINGERPRINT = 12


def job_name(planned: str, attempt: int) -> str:
    """The planned name; `-2` and so on for a later attempt."""
    if attempt == 1:
        return planned
    suffix = f"{planned[-_FINGERPRINT - 1 :]}-{attempt}"
    return planned[: -_FINGERPRINT - 1][: _LIMIT - len(suffix)].rstrip("-") + suffix


def model_name(job: str) -> str:
    """The custom model's name: the job's, without what only job names may hold (`--`, `.`, `+`)."""
    return re.sub(r"[-.+]+", "-", job).strip("-")


def token(fingerprint: str, attempt: int) -> str:
    """The `clientRequestToken`: AWS answers a repeated call that carries it with the first one's result."""
    return digest(["CreateModelCustomizationJob", fingerprint, attempt])


def tags(project: str, recipe: str, fingerprint: str, own: Mapping[str, str]) -> dict[str, str]:
    """The tags by which `runner cleanup` finds what a lost ledger has forgotten, and the user's own.

    `project`: the project folder.
    """
    ours = {
        "runner:project": PurePath(project).name,
        "runner:owner": owner(project),
        "runner:recipe": recipe,
        "runner:fingerprint": fingerprint,
    }
    return {**own, **{key: legal(value) for key, value in ours.items()}}
