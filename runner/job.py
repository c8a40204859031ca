"""A customization job as an executor reports it, in Bedrock's own words for its states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

State = Literal["InProgress", "Completed", "Failed", "Stopping", "Stopped"]


@dataclass(frozen=True, slots=True)
class Job:
    """What `job.json` holds. Times are ISO 8601 in UTC; `failure` is one readable sentence."""

    name: str
    executor: str
    state: State
    started: str = ""
    ended: str = ""
    failure: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `job.json`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Job:
        """The inverse of `as_dict`; what else stands in the file is left aside."""
        return cls(**{each.name: data[each.name] for each in fields(cls) if each.name in data})
