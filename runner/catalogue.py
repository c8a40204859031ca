"""The capability schemas as something to read: a row for each model, or all about one, with sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from runner.model import Method, Model, alternatives, models

Row = tuple[str, ...]

_NO_YES = {True: "yes", False: "no", None: "uncertain"}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the description of a model: sentences, then a table (its first row is the head)."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


OVERVIEW = ("model", "methods", "formats", "regions", "jobs today", "training, USD", "facts as of")


def overview() -> list[Row]:
    """One row for each model: those that take jobs first, then those of this machine, then the ended."""
    return [_overview_row(model) for model in ordered()]


def ordered() -> list[Model]:
    """All models in the order in which they are of use."""
    return sorted(models(), key=lambda m: (m.jobs_allowed is False, m.platform == "local", m.id))


def summary(model: Model, today: date) -> dict[str, Any]:
    """The row of one model as plain data."""
    prices = [price for price in model.prices("training_tokens") if price["usd"] is not None]
    return {
        "id": model.id,
        "name": model.name,
        "platform": model.platform,
        "aliases": list(model.data["aliases"]),
        "methods": {
            name: {"regions": list(method.regions), "format": method.format, "teachers": method.teachers}
            for name, method in model.methods.items()
        },
        "lifecycle": dict(model.lifecycle),
        "alternatives": {name: [m.id for m in alternatives(model, name)[0]] for name in model.methods},
        "training_prices": [{**price, **_source(model, price)} for price in prices],
        "facts_as_of": facts_as_of(model),
        "facts_age_days": age_in_days(facts_as_of(model), today),
    }


def facts_as_of(model: Model) -> str:
    """The date of the source that tells whether the model takes jobs."""
    return str(model.data["sources"][model.lifecycle["source"]]["as_of"])


def age_in_days(as_of: str, today: date) -> int | None:
    """Days since a date; a month or a year counts from its first day. None for `undated`."""
    parts = as_of.split("-")
    if not parts[0].isdigit():
        return None
    year, month, day = (int(part) for part in (*parts, *("1",) * (3 - len(parts))))
    return (today - date(year, month, day)).days


def sections(model: Model) -> Iterator[Section]:
    """All that is known about one model."""
    yield Section("", tuple(_head(model)))
    for method in model.methods.values():
        yield Section(method.name, tuple(_method_lines(model, method)))
        if method.hyperparameters:
            rows = [_hyperparameter(model, name, schema) for name, schema in method.hyperparameters.items()]
            yield Section(f"{method.name}: hyperparameters", (), (_HYPERPARAMETERS, *rows))
        limits = [_limit(model, name, limit) for name, limit in method.data["limits"].items()]
        limits += [
            _limit(model, f"advice: {name}", fact) for name, fact in method.data.get("advice", {}).items()
        ]
        if rows := [row for row in limits if row[1]]:
            yield Section(f"{method.name}: limits", (), (("limit", "value", "source"), *rows))
    if prices := [_price(model, price) for price in model.data["prices"]]:
        yield Section("prices", (), (("item", "USD", "per", "region", "source"), *prices))
    sources = [
        (key, s["title"], s["ref"], s["as_of"], s["confidence"]) for key, s in model.data["sources"].items()
    ]
    yield Section("sources", (), (("key", "title", "where", "as of", "confidence"), *sources))


_HYPERPARAMETERS = ("name", "type", "range", "default", "source")


def _overview_row(model: Model) -> Row:
    methods = model.methods.values()
    return (
        model.id,
        _joined(model.methods),
        _joined(method.format for method in methods),
        _joined(region for method in methods for region in method.regions) or _nowhere(model),
        _NO_YES[model.jobs_allowed],
        _training_price(model),
        facts_as_of(model),
    )


def _nowhere(model: Model) -> str:
    return "this machine" if model.platform == "local" else "unknown"


def _training_price(model: Model) -> str:
    if model.platform == "local":
        return "0"
    known = {f"{price['usd']} / {price['per']}" for price in model.prices("training_tokens") if price["usd"]}
    return ", ".join(sorted(known)) or "unknown"


def _head(model: Model) -> Iterator[str]:
    life = model.lifecycle
    yield f"{model.name} by {model.data['provider']}, on {model.platform}"
    yield f"names: {', '.join(model.names)}"
    identifiers = model.data["identifiers"]
    if model.platform != "local":
        customization = identifiers["customization"] or f"unknown: {identifiers['reason']}"
        yield f"base model of a job: {customization}"
    dates = [f"{key.replace('_', ' ')} {life[key]}" for key in ("legacy_date", "end_date") if life[key]]
    facts = "; ".join(filter(None, (life["status"], *dates, life.get("note", ""))))
    yield f"new jobs today: {_NO_YES[model.jobs_allowed]} ({facts}) {_cited(model, life)}"
    for note in model.data.get("notes", ()):
        yield f"{note['text']} {_cited(model, note)}"
    tokens = model.data["tokens"]
    if tokens["tokenizer"]:
        yield f"tokens: counted exactly by {tokens['tokenizer']}"
    elif bounds := tokens.get("estimate"):
        span = f"between {bounds['low']} and {bounds['high']} times the count of {bounds['with']}"
        yield f"tokens: no tokenizer published; {span} {_cited(model, bounds)}"
    hosting = model.data["hosting"]
    kinds = {
        kind: hosting[kind] for kind in ("provisioned_throughput", "on_demand_deployment") if kind in hosting
    }
    if kinds:
        listed = ", ".join(f"{kind.replace('_', ' ')}: {_NO_YES[value]}" for kind, value in kinds.items())
        yield f"hosting of the custom model: {listed} {_cited(model, hosting)}"


def _method_lines(model: Model, method: Method) -> Iterator[str]:
    regions, validation = method.data["regions"], method.data["validation"]
    if model.platform != "local":
        where = _joined(method.regions) or f"unknown: {regions.get('reason', '')}"
        yield f"regions: {where} {_cited(model, regions)}".rstrip()
    yield f"records: {method.format}"
    allowed = {True: "allowed", False: "not allowed", None: f"unknown: {validation.get('reason', '')}"}
    yield f"validation file: {allowed[method.validation_allowed]} {_cited(model, validation)}".rstrip()
    if method.teachers is not None:
        usable = _joined(method.teachers) or "none is left"
        yield f"teachers today: {usable} {_cited(model, method.data['teachers'])}"
    if words := method.data.get("content_rules", {}).get("reserved_words"):
        listed = " ".join(map(repr, words["value"]))
        yield f"words that must not occur: {listed} {_cited(model, words)}"
    if model.jobs_allowed is False:
        others, note = alternatives(model, method.name)
        listed = _joined(other.id for other in others)
        yield "instead: " + "; ".join(filter(None, (listed, note)))


def _hyperparameter(model: Model, name: str, schema: Mapping[str, Any]) -> Row:
    default = "off" if schema.get("default") is None else _number(schema["default"])
    if schema.get("required"):
        default = "required"
    span = f"{_number(schema.get('minimum', ''))} to {_number(schema.get('maximum', ''))}"
    return (name, schema["type"], span, default, _cited(model, schema))


def _limit(model: Model, name: str, limit: Mapping[str, Any]) -> Row:
    low, high, ratio = limit.get("minimum"), limit.get("maximum"), limit.get("per_token")
    steps = limit.get("by_batch_size", ())
    parts = [f"at least {low:,}" if low else "", f"at most {high:,}" if high and not steps else ""]
    parts += [f"{ratio} for each token (an estimate)" if ratio else ""]
    for row in steps:
        parts.append(f"at most {row['tokens']:,} at batchSize {row['minimum']} to {row['maximum']}")
    if limit.get("adjustable"):
        parts.append("adjustable")
    return (name.replace("_", " "), ", ".join(filter(None, parts)), _cited(model, limit))


def _price(model: Model, price: Mapping[str, Any]) -> Row:
    item = price["item"].replace("_", " ") + (
        f", commitment {price['commitment']}" if "commitment" in price else ""
    )
    region = price["region"] or "not stated"
    return (item, price["usd"] or "unknown", price["per"], region, _cited(model, price) or price["reason"])


def _cited(model: Model, fact: Mapping[str, Any]) -> str:
    """`[key, date, confidence]`, with the note; empty for a fact without a source."""
    if "source" not in fact:
        return ""
    source = _source(model, fact)
    note = f"; {fact['note']}" if "note" in fact and "jobs_allowed" not in fact else ""
    return f"[{fact['source']}, {source['as_of']}, {source['confidence']}{note}]"


def _source(model: Model, fact: Mapping[str, Any]) -> dict[str, str]:
    source = model.data["sources"][fact["source"]]
    return {"as_of": source["as_of"], "confidence": fact.get("confidence", source["confidence"])}


def _joined(words: Any) -> str:
    return ", ".join(dict.fromkeys(words))


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
