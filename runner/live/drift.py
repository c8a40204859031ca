"""A difference between a capability schema and AWS, with the edits of the file that would end it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from runner.model import Model

MODELS: Final = "aws_models"
QUOTAS: Final = "aws_quotas"
PRICES: Final = "aws_prices"
"""Keys under which `sources` of a refreshed file names the three services."""

ABSENT: Final = object()
"""As the value of an edit: take the key away."""
APPEND: Final = "+"
"""As the last part of a path: add to the list."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a file: what stands at `path` becomes `value`."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Drift:
    """One fact that AWS tells otherwise."""

    model: str
    path: str
    file: Any
    """What the capability schema says; None where it says nothing."""
    aws: Any
    since: str
    """The date of the source that the file names for it."""
    asked: str
    """The service that was asked: a key of `sources` in the refreshed file."""
    edits: tuple[Edit, ...] = ()
    """Empty: somebody has to write it by hand."""
    account_only: bool = False
    """The value holds for the asked account and need not for others."""
    note: str = ""


@dataclass(slots=True)
class Compared:
    """All that was found about one model: differences, remarks, and what AWS has confirmed."""

    model: Model
    drifts: list[Drift] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    confirmed: list[Edit] = field(default_factory=list)
    """Edits that only name AWS as the source of what the file already says."""

    def differs(
        self, path: str, file: Any, aws: Any, source: str, asked: str, *edits: Edit, **more: Any
    ) -> None:
        """Add a difference; `source` is the key that the file names for its value, if any."""
        since = str(self.model.data["sources"][source]["as_of"]) if source else ""
        self.drifts.append(Drift(self.model.id, path, file, aws, since, asked, tuple(edits), **more))


def edits_of(compared: Compared, *, account_too: bool) -> list[Edit]:
    """Every edit that may be written, confirmations first so that a difference has the last word."""
    drifts: Iterable[Drift] = (drift for drift in compared.drifts if account_too or not drift.account_only)
    return [*compared.confirmed, *(edit for drift in drifts for edit in drift.edits)]
