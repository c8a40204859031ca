"""What one region of AWS offers of one of our models: which customizations, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from runner.live.aws_names import is_listed
from runner.live.replies import ListedModel
from runner.model import Model


@dataclass(frozen=True, slots=True)
class Offer:
    """The identifiers of one model in one region's list: for inference, and with a context size."""

    region: str
    entries: tuple[ListedModel, ...]

    @property
    def listed(self) -> bool:
        """Whether the region has the model at all."""
        return bool(self.entries)

    @property
    def customizable(self) -> tuple[ListedModel, ...]:
        """The identifiers that can be customized, those that take new jobs first."""
        entries = (entry for entry in self.entries if entry.customizations)
        return tuple(sorted(entries, key=lambda entry: (entry.is_legacy, entry.id)))

    def taking(self, method: str, today: date) -> ListedModel | None:
        """The identifier that takes new jobs of this method."""
        for entry in self.customizable if is_listed(method) else self.entries:
            shown = method.upper() in entry.customizations or not is_listed(method)
            if shown and not entry.is_legacy and not entry.ended(today):
                return entry
        return None

    def methods(self, today: date) -> frozenset[str]:
        """AWS's customizations that take new jobs, in our spelling; they may be ones we do not know."""
        entries = (e for e in self.customizable if not e.is_legacy and not e.ended(today))
        return frozenset(name.lower() for entry in entries for name in entry.customizations)

    @property
    def legacy(self) -> ListedModel | None:
        """The identifier whose lifecycle says Legacy, if one does; the customizable one before others."""
        ranked = sorted(self.entries, key=lambda entry: not entry.customizations)
        return next((entry for entry in ranked if entry.is_legacy), None)


def offer(model: Model, region: str, listed: Iterable[ListedModel]) -> Offer:
    """The part of a region's list that is about this model."""
    return Offer(region, tuple(entry for entry in listed if belongs(model, entry.id)))


def belongs(model: Model, identifier: str) -> bool:
    """Whether an identifier is this model's: its own, or its own with a version or context size after it."""
    identifiers = model.data["identifiers"]
    names = {model.id, identifiers.get("inference"), identifiers.get("customization")} - {None}
    return any(identifier == name or identifier.startswith(f"{name}:") for name in names)


def job_identifier(model: Model) -> str:
    """What a job would name as its base model, or else the model's own identifier."""
    return str(model.data["identifiers"].get("customization") or model.id)
