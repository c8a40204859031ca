"""All that is known about one model, section by section, with the source of every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.catalogue.overview import students
from runner.catalogue.rules import rule_rows
from runner.catalogue.words import NO_YES, Row, cited, dates, joined, number
from runner.model import Method, Model, alternatives


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the description of a model: sentences, then a table (its first row is the head)."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


_HYPERPARAMETERS = ("name", "type", "range", "default", "source")
_HOSTING = ("provisioned_throughput", "on_demand_deployment", "openai_endpoint")


def sections(model: Model) -> Iterator[Section]:
    """All that is known about one model."""
    yield Section("", tuple(_head(model)))
    for method in model.methods.values():
        yield from _method(model, method)
    if prices := [_price(model, price) for price in model.data["prices"]]:
        yield Section("prices", (), (("item", "USD", "per", "region", "source"), *prices))
    sources = [
        (key, s["title"], s["ref"], s["as_of"], s["confidence"]) for key, s in model.data["sources"].items()
    ]
    yield Section("sources", (), (("key", "title", "where", "as of", "confidence"), *sources))


def _method(model: Model, method: Method) -> Iterator[Section]:
    yield Section(method.name, tuple(_method_lines(model, method)))
    if method.hyperparameters:
        rows = [_hyperparameter(model, name, schema) for name, schema in method.hyperparameters.items()]
        yield Section(f"{method.name}: hyperparameters", (), (_HYPERPARAMETERS, *rows))
    limits = [_limit(model, name, limit) for name, limit in method.data["limits"].items()]
    limits += [_limit(model, f"advice: {name}", fact) for name, fact in method.data.get("advice", {}).items()]
    for kind, numbers in method.data.get("media", {}).items():
        limits += [_medium(model, f"{kind}: {name}", fact) for name, fact in numbers.items()]
    if rows := [row for row in limits if row[1]]:
        yield Section(f"{method.name}: limits", (), (("limit", "value", "source"), *rows))
    if rules := list(rule_rows(model, method)):
        yield Section(f"{method.name}: rules of a record", (), (("rule", "value", "source"), *rules))


def _head(model: Model) -> Iterator[str]:
    life = model.lifecycle
    yield f"{model.name} by {model.data['provider']}, on {model.platform}"
    yield f"names: {', '.join(model.names)}"
    identifiers = model.data["identifiers"]
    if model.platform != "local":
        customization = identifiers["customization"] or f"unknown: {identifiers['reason']}"
        yield f"base model of a job: {customization}"
    facts = "; ".join(filter(None, (life["status"], *dates(life), life.get("note", ""))))
    yield f"new jobs today: {NO_YES[model.jobs_allowed]} ({facts}) {cited(model, life)}"
    if taught := students(model):
        yield f"teaches, by the documents: {joined(taught)}"
    for note in model.data.get("notes", ()):
        yield f"{note['text']} {cited(model, note)}"
    yield from _tokens(model)
    yield from _hosting(model)


def _tokens(model: Model) -> Iterator[str]:
    tokens = model.data["tokens"]
    if tokens["tokenizer"]:
        yield f"tokens: counted exactly by {tokens['tokenizer']}"
    elif bounds := tokens.get("estimate"):
        spans = [
            f"{script} {whole['low']} to {whole['high']}"
            for script, found in bounds.get("scripts", {}).items()
            if (whole := found["total"])
        ]
        listed = ", ".join(spans) or f"{bounds['low']} to {bounds['high']}"
        published = (
            f"published as {tokens['published']['name']}" if "published" in tokens else "not published"
        )
        times = f"as many as {bounds['with']} counts, times {listed}"
        yield f"tokens: tokenizer {published}; {times} {cited(model, bounds)}"
    if count := tokens.get("count_tokens"):
        yield f"counted by the service (CountTokens): {NO_YES[count['supported']]} {cited(model, count)}"


def _hosting(model: Model) -> Iterator[str]:
    hosting = model.data["hosting"]
    told = [_way(model, kind) for kind in _HOSTING if kind in hosting]
    if told:
        yield f"hosting of the custom model: {', '.join(told)}"


def _way(model: Model, kind: str) -> str:
    """One way of hosting, where it is, since when, and who says so."""
    hosting = dict(model.data["hosting"])
    regions = (hosting.get("regions") or {}).get(kind)
    where = f" in {', '.join(regions)}" if regions else ""
    since = ""
    if kind == "on_demand_deployment":
        since = f", customized since {hosting['customized_since']}" if "customized_since" in hosting else ""
        hosting = {"source": hosting.get("on_demand_source", hosting.get("source"))}
    told = cited(model, hosting)
    told = told if "source" in hosting else f"({told})"
    return f"{kind.replace('_', ' ')}: {NO_YES[model.data['hosting'][kind]]}{where}{since} {told}"


def _method_lines(model: Model, method: Method) -> Iterator[str]:
    regions, validation = method.data["regions"], method.data["validation"]
    if model.platform != "local":
        where = joined(method.regions) or f"unknown: {regions.get('reason', '')}"
        yield f"regions: {where} {cited(model, regions) if method.regions else ''}".rstrip()
    if api := method.data.get("api"):
        yield f"jobs: {api['operation']} at {api['endpoint']} {cited(model, api)}"
    yield f"records: {' or '.join(method.formats)}"
    allowed = {True: "allowed", False: "not allowed", None: "unknown:"}
    yield f"validation file: {allowed[method.validation_allowed]} {cited(model, validation)}"
    if method.teachers is not None:
        ended = [name for name in method.teacher_ids if name not in method.teachers]
        usable = joined(method.teachers) or "none is left"
        gone = f" (ended: {joined(ended)})" if ended else ""
        yield f"teachers today: {usable}{gone} {cited(model, method.data['teachers'])}"
    if model.jobs_allowed is False:
        others, note = alternatives(model, method.name)
        yield "instead: " + ("; ".join(filter(None, (joined(o.id for o in others), note))) or "nothing")


def _hyperparameter(model: Model, name: str, schema: Mapping[str, Any]) -> Row:
    default = "off" if schema.get("default") is None else number(schema["default"])
    if schema.get("required"):
        default = "required"
    low, high = number(schema.get("minimum", "")), number(schema.get("maximum", ""))
    span = (
        f"{low} to {high}" if low or high else " or ".join(map(str, schema.get("enum", ()))) or "not stated"
    )
    span = " or ".join([span, *schema.get("special", ())])
    return (name, schema["type"], span, default, cited(model, schema))


def _limit(model: Model, name: str, limit: Mapping[str, Any]) -> Row:
    low, high, ratio = limit.get("minimum"), limit.get("maximum"), limit.get("per_token")
    steps = limit.get("by_batch_size", ())
    parts = [f"at least {low:,}" if low else "", f"at most {high:,}" if high and not steps else ""]
    parts += [f"{ratio} for each token (an estimate)" if ratio else ""]
    for row in steps:
        parts.append(f"at most {row['tokens']:,} at batchSize {row['minimum']} to {row['maximum']}")
    if limit.get("adjustable"):
        parts.append("adjustable")
    unknown = "unknown" if "reason" in limit else ""
    return (name.replace("_", " "), ", ".join(filter(None, parts)) or unknown, cited(model, limit))


def _medium(model: Model, name: str, fact: Mapping[str, Any]) -> Row:
    if "value" in fact or "formula" in fact:
        value = fact["formula"] if "formula" in fact else ", ".join(fact["value"])
        return (name.replace("_", " "), value, cited(model, fact))
    return _limit(model, name, fact)


def _price(model: Model, price: Mapping[str, Any]) -> Row:
    commitment = f", commitment {price['commitment']}" if "commitment" in price else ""
    usage = f" (usage type {price['usage_type']})" if "usage_type" in price else ""
    item = price["item"].replace("_", " ") + commitment
    source = cited(model, price) + usage
    return (item, price["usd"] or "unknown", price["per"], price["region"] or "not stated", source)
