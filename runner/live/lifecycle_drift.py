"""Lifecycle, identifiers and regions of a model: what its file says beside what AWS lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from runner.live.aws_names import is_listed
from runner.live.drift import ABSENT, MODELS, Compared, Edit
from runner.live.offers import Offer
from runner.live.replies import ListedModel

_LIFE = "lifecycle"


def compare_lifecycle(compared: Compared, offers: Sequence[Offer], today: date) -> None:
    """Compare with what the answered regions list; a region that did not answer changes nothing."""
    methods = [name for name in compared.model.methods if _shown(compared, name)]
    if not methods:
        return
    taking = [offer for offer in offers if any(offer.taking(method, today) for method in methods)]
    if taking:
        _active(compared, taking, today)
        _identifier(compared, taking, today)
        for method in methods:
            _regions(compared, method, offers, today)
        _remarks(compared, taking, today)
    elif _regions_of(compared, methods) <= {offer.region for offer in offers}:
        _closed(compared, offers, today)


def _active(compared: Compared, taking: Sequence[Offer], today: date) -> None:
    entries = [entry for offer in taking for entry in offer.customizable if not entry.is_legacy]
    dates = {
        "legacy_date": _first(e.legacy_date for e in entries),
        "end_date": _first(e.end_date for e in entries),
    }
    regions = ", ".join(offer.region for offer in taking)
    told = _told(compared, {"status": "active", "jobs_allowed": True, **dates})
    confirmed = [Edit((_LIFE, "last_seen"), today.isoformat()), Edit((_LIFE, "source"), MODELS)]
    if told:
        confirmed.append(Edit((_LIFE, "note"), f"listed as customizable in {regions}"))
    compared.confirmed += confirmed


def _closed(compared: Compared, offers: Sequence[Offer], today: date) -> None:
    """No region takes jobs: Legacy, listed for inference only, or not listed at all."""
    life = compared.model.lifecycle
    legacy = _first_entry(offer.legacy for offer in offers)
    listed = any(offer.listed for offer in offers)
    if life["jobs_allowed"] is False and (life["status"] == "ended" or legacy is None):
        if not listed and life["status"] == "ended" and not (life["legacy_date"] or life["end_date"]):
            compared.confirmed.append(Edit((_LIFE, "source"), MODELS))
        return
    if legacy is not None:
        status, note = "legacy", f"Legacy in {legacy.region}"
        if legacy.ended(today):
            status = "ended"
        dates = {"legacy_date": legacy.legacy_date, "end_date": legacy.end_date}
    else:
        status = "active" if listed else "ended"
        note = "listed for inference only" if listed else f"no longer listed on {today.isoformat()}"
        dates = {}
    _told(compared, {"status": status, "jobs_allowed": False, **dates})
    compared.confirmed += [Edit((_LIFE, "note"), note), Edit((_LIFE, "source"), MODELS)]


def _told(compared: Compared, aws: dict[str, Any]) -> bool:
    """Add the differences of the lifecycle; a date that AWS does not give stays as the file has it."""
    life, before = compared.model.lifecycle, len(compared.drifts)
    for key, value in aws.items():
        if value != life[key] and not (key.endswith("_date") and value is None):
            edit = Edit((_LIFE, key), value)
            compared.differs(f"{_LIFE}.{key}", life[key], value, life["source"], MODELS, edit)
    return len(compared.drifts) > before


def _identifier(compared: Compared, taking: Sequence[Offer], today: date) -> None:
    model = compared.model
    known = model.data["identifiers"].get("customization")
    found = sorted(
        {e.id for offer in taking for e in offer.customizable if not e.is_legacy and not e.ended(today)}
    )
    if known in found or not found:
        return
    edits = []
    if len(found) == 1:
        edits = [Edit(("identifiers", "customization"), found[0]), Edit(("identifiers", "source"), MODELS)]
        edits.append(Edit(("identifiers", "reason"), ABSENT))
        if found[0] not in model.names:
            edits.append(Edit(("aliases", "+"), found[0]))
    source = model.data["identifiers"].get("source", "")
    compared.differs("identifiers.customization", known, ", ".join(found), source, MODELS, *edits)


def _regions(compared: Compared, method: str, offers: Sequence[Offer], today: date) -> None:
    stated = compared.model.methods[method].data["regions"]
    asked = {offer.region for offer in offers}
    offering = {offer.region for offer in offers if offer.taking(method, today)}
    before = list(stated["value"] or ())
    kept = [region for region in before if region in offering or region not in asked]
    now = kept + sorted(offering - set(before))
    path = ("methods", method, "regions")
    if now != before:
        edit = Edit(path, {"value": now, "source": MODELS})
        name = ".".join(path)
        compared.differs(name, stated["value"], now, stated.get("source", ""), MODELS, edit)
    elif set(before) <= asked:
        compared.confirmed += [Edit((*path, "source"), MODELS), Edit((*path, "confidence"), ABSENT)]


def _remarks(compared: Compared, taking: Sequence[Offer], today: date) -> None:
    """What AWS lists and the file cannot hold: methods to be described by hand, other ways of hosting."""
    model = compared.model
    for offer in taking:
        for name in sorted(offer.methods(today) - model.methods.keys()):
            text = f"AWS lists {name.upper()} in {offer.region}; the file does not describe it"
            compared.remarks.append(f"{model.id}: {text}")
        provisioned = any("PROVISIONED" in entry.inference for entry in offer.customizable)
        stated = model.data["hosting"].get("provisioned_throughput")
        if stated is not None and stated != provisioned:
            text = (
                f"inference types in {offer.region}: {', '.join(offer.customizable[0].inference) or 'none'}"
            )
            text += f"; the file says provisioned throughput: {'yes' if stated else 'no'}"
            compared.remarks.append(f"{model.id}: {text}")


def _shown(compared: Compared, method: str) -> bool:
    return is_listed(method) and "api" not in compared.model.methods[method].data


def _regions_of(compared: Compared, methods: Sequence[str]) -> set[str]:
    """Where the file has the model; a model that has never had a region counts as everywhere asked."""
    return {region for method in methods for region in compared.model.methods[method].regions}


def _first(days: Iterator[str | None]) -> str | None:
    return min((day for day in days if day), default=None)


def _first_entry(entries: Iterator[ListedModel | None]) -> ListedModel | None:
    found = [entry for entry in entries if entry is not None]
    return min(found, key=lambda entry: (not entry.customizations, entry.region), default=None)
