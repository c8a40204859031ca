"""What the ledger holds: things that may cost money, and money set aside for jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

State = Literal["intended", "made", "gone"]
Per = Literal["hour", "month", "once"]

KINDS = (
    "customization-job",
    "custom-model",
    "deployment",
    "provisioned-throughput",
    "schedule",
    "import-job",
    "imported-model",
    "training-data",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing at AWS that the tool made, or is about to make."""

    kind: str
    """One of `KINDS`."""
    name: str
    account: str
    region: str
    simulator: str = ""
    """Folder of the simulated AWS; empty for AWS itself."""
    token: str = ""
    """The `clientRequestToken` of the call that makes it: a repeated call uses the same one."""
    project: str = ""
    recipe: str = ""
    fingerprint: str = ""
    state: State = "intended"
    """`intended`: the call may or may not have happened. `made`: AWS said so. `gone`: no longer billed."""
    arn: str = ""
    usd: str | None = None
    """Price by `per`, in US dollars; None is unknown. "0" is free while idle."""
    per: Per | None = None
    created: str = ""
    """When it was first intended (ISO 8601, UTC); set by the ledger."""
    expires: str = ""
    """When its lease, or its commitment, ends (ISO 8601, UTC); empty for never."""
    tags: Mapping[str, str] = field(default_factory=dict)
    id: int = 0
    """Row of the ledger; set by the ledger."""
    why: str = ""
    """Why it is gone."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for one job, until its actual cost is booked or the job is given up."""

    job: str
    project: str
    recipe: str
    sweep: str
    usd: Decimal
    state: Literal["open", "booked", "released"]
    account: str
    region: str
    simulator: str
    created: str
