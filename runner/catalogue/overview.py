"""A row for each model: what it offers, whether it takes jobs, what it costs, how old the facts are."""

from __future__ import annotations

from datetime import date
from typing import Any

from runner.catalogue.words import NO_YES, Row, dates, joined, source_of
from runner.facts import age_in_days, facts_as_of
from runner.model import Model, alternatives, models

OVERVIEW = (
    "model", "methods", "regions", "jobs today", "lifecycle", "training, USD", "hosting", "facts as of"
)  # fmt: skip

TRAINING = ("training_tokens", "training_images", "training_hours")
"""What a job itself is billed by."""

_HOSTING = {
    "on_demand_deployment": "on demand",
    "provisioned_throughput": "provisioned",
    "openai_endpoint": "OpenAI endpoint",
}


def overview() -> list[Row]:
    """One row for each model: those that take jobs first, then those of this machine, then the ended."""
    return [_row(model) for model in ordered()]


def ordered() -> list[Model]:
    """All models in the order in which they are of use."""
    return sorted(models(), key=lambda m: (m.jobs_allowed is False, m.platform == "local", m.id))


def summary(model: Model, today: date) -> dict[str, Any]:
    """The row of one model as plain data."""
    prices = [price for item in TRAINING for price in model.prices(item) if price["usd"] is not None]
    return {
        "id": model.id,
        "name": model.name,
        "platform": model.platform,
        "aliases": list(model.data["aliases"]),
        "methods": {
            name: {
                "regions": list(method.regions),
                "format": method.format,
                "formats": list(method.formats),
                "teachers": method.teachers,
                "api": method.api,
            }
            for name, method in model.methods.items()
        },
        "lifecycle": dict(model.lifecycle),
        "alternatives": {name: [m.id for m in alternatives(model, name)[0]] for name in model.methods},
        "students": students(model),
        "hosting": dict(model.data["hosting"]),
        "training_prices": [{**price, **source_of(model, price)} for price in prices],
        "facts_as_of": facts_as_of(model),
        "facts_age_days": age_in_days(facts_as_of(model), today),
    }


def students(model: Model) -> list[str]:
    """The models that this one is documented to teach."""
    return [
        other.id
        for other in models()
        if any(model.id in method.teacher_ids for method in other.methods.values())
    ]


def _row(model: Model) -> Row:
    methods = model.methods.values()
    return (
        model.id,
        joined(model.methods) or "teacher only",
        joined(region for method in methods for region in method.regions) or _nowhere(model),
        NO_YES[model.jobs_allowed],
        ", ".join([model.lifecycle["status"], *dates(model.lifecycle)]),
        _training_price(model),
        joined(word for kind, word in _HOSTING.items() if model.data["hosting"].get(kind)) or "none",
        facts_as_of(model),
    )


def _nowhere(model: Model) -> str:
    return "this machine" if model.platform == "local" else "unknown" if model.methods else "none"


def _training_price(model: Model) -> str:
    if model.platform == "local":
        return "0"
    if not model.methods:
        return "none"
    prices = [price for item in TRAINING for price in model.prices(item)]
    return (
        ", ".join(sorted({f"{each['usd']} / {each['per']}" for each in prices if each["usd"]})) or "unknown"
    )
