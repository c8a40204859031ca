"""The plan as text for a reviewer: what will be built, trained, stored and paid, with the sources."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from runner.finding import Finding, errors
from runner.planning.money import dollars
from runner.reporting.table import table
from runner.show import rendered

SIMULATE = "++executor.simulate=true"
"""The override that `--simulate` stands for."""

_SHORT = 12
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def plan_text(data: Mapping[str, Any], recipe_file: str, *, color: bool = False) -> str:
    """All sections; `data` is the content of `plan.json`, `recipe_file` the path to type from here."""
    recipe = data["recipe"]
    sections = (
        ("build", map(_printable, _build(data))),
        ("train", map(_printable, _train(data))),
        ("store", map(_printable, _store(data))),
        ("pay", map(_printable, _pay(data))),
        ("findings", _findings(data, color=color)),
    )
    lines = [_bold(f"Plan: {recipe['name']}", color) + _printable(f"  ({recipe['file']})")]
    for title, rows in sections:
        body = [f"  {row}" for row in rows]
        if body:
            lines += ["", _bold(title, color), *body]
    following = f"next: {_printable(_next(data, recipe_file))}"
    return "\n".join([*lines, "", f"fingerprint {data['fingerprint']}", following])


def _build(data: Mapping[str, Any]) -> Iterator[str]:
    dataset = data["dataset"]
    totals = dataset["totals"]
    created = f" + {totals['created']:,} by cutting" if totals.get("created") else ""
    yield f"{totals['read']:,} records read{created}, {totals['dropped']:,} dropped, {totals['kept']:,} kept"
    for label, count in dataset["dropped"].items():
        step, _, reason = label.rpartition(":")
        yield f"  {count:,} {reason}" + (f" (step {step})" if step else "")
    if totals.get("unused"):
        yield f"{totals['unused']:,} kept records are not used: split.train_records"
    rows = []
    for side in ("train", "validation"):
        if dataset["bytes"].get(f"{side}.jsonl"):
            tokens = f"{dataset[f'{side}_tokens']:,} {dataset['tokenizer']} tokens"
            records = f"{dataset[f'{side}_records']:,} records"
            rows.append((f"{side}.jsonl", records, tokens, _size(dataset["bytes"][f"{side}.jsonl"])))
    yield from table(rows, right={1, 2, 3})


def _train(data: Mapping[str, Any]) -> Iterator[str]:
    model, settings = data["model"], data["executor"]["settings"]
    where = f", {data['region']}" if data["region"] else ""
    yield f"{model['name']} ({model['id']}), {data['method']}{where}, records as {data['format']}"
    origins = data["hyperparameter_origins"]
    local = settings.get("hyperparameters") or {}
    rehearsal = data["cost"]["rehearsal"]
    rows = []
    sources: dict[str, int] = {}
    for name, value in data["hyperparameters"].items():
        other = rehearsal and local.get(name, value) != value
        here = f"this machine: {_number(local[name])}" if other else ""
        fact = origins[name]
        source = f"{fact['source']}, {fact['as_of']}, {fact['confidence']}"
        number = sources.setdefault(source, len(sources) + 1)
        rows.append((f"  {name}", _number(value), f"({fact['from']})", here, f"[{number}]"))
    if rehearsal:
        rows += [
            (f"  {name}", "", "", f"this machine: {_number(value)}", "")
            for name, value in local.items()
            if name not in data["hyperparameters"] and value is not None
        ]
    yield from table(rows)
    yield from (f"  [{number}] {source}" for source, number in sources.items())
    yield f"executor {data['executor']['kind']}" + (": a rehearsal on this machine" if rehearsal else "")
    for line in settings.get("summary") or ():
        yield f"  {line}"


def _store(data: Mapping[str, Any]) -> Iterator[str]:
    dataset = data["dataset"]
    total = sum(dataset["bytes"].values())
    yield f".runner/cache/  the built dataset {dataset['address'][:_SHORT]}, {_size(total)}"
    folder = f"runs/{data['recipe']['name']}/{data['fingerprint'][:_SHORT]}/"
    yield f"{folder}  data, metrics, report and what was trained"


def _pay(data: Mapping[str, Any]) -> Iterator[str]:
    cost = data["cost"]
    if cost["rehearsal"]:
        yield f"nothing: the job runs on this machine. On {cost['platform']} this job would cost, in USD:"
    elif not cost["lines"]:
        yield "nothing: the model is trained on this machine"
        return
    else:
        yield f"on {cost['platform']}, in USD:"
    rows = [("", "low", "likely", "high", "price")]
    rows += [(line["item"], *_bounds(line), _price(line)) for line in cost["lines"]]
    rows.append(("total" + (" of what is known" if cost["unknown"] else ""), *_bounds(cost), ""))
    yield from (f"  {row}" for row in table(rows, right={1, 2, 3}))
    for line in cost["lines"]:
        yield f"  {line['item']}: {line['note']}"
        if line["source"]:
            dated = line["as_of"] if line["as_of"] == "undated" else f"as of {line['as_of']}"
            yield f"    price: {line['source']}, {dated}, confidence {line['confidence']}"
    for line in cost["hosting"]:
        usd = "price unknown" if line["likely"] is None else f"{dollars(line['likely'])} USD"
        served = f"serving it by {line['item'].replace('_', ' ')}: {usd}"
        yield f"  not in the total: {served}; {line['note']}"
    yield _verdict(cost, data["budget"])


def _price(line: Mapping[str, Any]) -> str:
    return "unknown" if line["usd"] is None else f"{line['usd']} / {line['per']}"


def _bounds(amounts: Mapping[str, Any]) -> tuple[str, str, str]:
    return dollars(amounts["low"]), dollars(amounts["likely"]), dollars(amounts["high"])


def _verdict(cost: Mapping[str, Any], budget: Mapping[str, Any]) -> str:
    if budget["max_usd"] is None:
        return "budget: no limit (budget.max_usd is null)"
    limit = f"{dollars(budget['max_usd'])} USD"
    if budget["within"] is False:
        return f"budget: OVER the limit of {limit} (high {dollars(cost['high'])})"
    if budget["within"]:
        return f"budget: within the limit of {limit}"
    return f"budget: limit {limit}; cannot be decided, unknown: {', '.join(cost['unknown'])}"


def _findings(data: Mapping[str, Any], *, color: bool) -> Iterator[str]:
    """Warnings and advice; a plan with errors is refused, and then all findings are shown as the reason."""
    findings = [Finding.from_dict(finding) for finding in data["findings"]]
    if findings and not errors(findings):
        yield from rendered(findings, color=color).splitlines()


def _next(data: Mapping[str, Any], recipe_file: str) -> str:
    if any(finding["severity"] == "error" for finding in data["findings"]):
        return "resolve the errors, then plan again"
    if data["budget"]["within"] is False:
        return "lower the cost or raise the budget, then plan again"
    overrides = data["recipe"]["overrides"]
    stated = [text for text in overrides if text != SIMULATE]
    options = ["--simulate"] if SIMULATE in overrides else []
    return shlex.join(["runner", "run", recipe_file, *stated, *options])


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    unit, divisor = next(((unit, size) for unit, size in _UNITS if count >= size))
    return f"{count / divisor:.1f} {unit}"


_UNITS = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def _bold(text: str, color: bool) -> str:
    return f"{_BOLD}{text}{_PLAIN}" if color else text


def _printable(text: str) -> str:
    """No control characters: text from a recipe may not move the cursor."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
