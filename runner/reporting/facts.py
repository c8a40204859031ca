"""What was asked, and everything needed to do it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.reporting.evidence import Evidence, section
from runner.reporting.figures import count

Rows = list[tuple[str, str]]


def asked(evidence: Evidence) -> Rows:
    """The recipe, the model, the method and where it runs."""
    plan = evidence.plan
    recipe, model = section(plan, "recipe"), section(plan, "model")
    names = [str(name) for name in (model.get("name"), model.get("id")) if name]
    rows = [
        ("Recipe", recipe_file(evidence)),
        ("Overrides", " ".join(shlex.quote(str(word)) for word in recipe.get("overrides") or [])),
        ("Model", " · ".join(dict.fromkeys(names))),
        ("Method", str(plan.get("method") or "").replace("_", " ")),
        ("Region", str(plan.get("region") or "")),
        ("Runs on", str(section(plan, "executor").get("kind") or evidence.job.get("executor") or "")),
        ("Base trained here", str(evidence.metrics.get("base") or "")),
    ]
    return [(label, value) for label, value in rows if value]


def executor_summary(evidence: Evidence) -> list[str]:
    """What the executor itself says about how it will train, in lines for people."""
    lines = section(evidence.plan, "executor", "settings").get("summary")
    return [str(line) for line in lines] if isinstance(lines, list) else [str(lines)] if lines else []


def hyperparameters(evidence: Evidence) -> list[tuple[str, str, str]]:
    """Name, value for the recipe's model, value that the executor really uses."""
    wanted = section(evidence.plan, "hyperparameters")
    used = section(evidence.plan, "executor", "settings", "hyperparameters")
    names = list(dict.fromkeys([*wanted, *used]))
    return [(str(name), _value(wanted.get(name, "")), _value(used.get(name, ""))) for name in names]


def recipe_file(evidence: Evidence) -> str:
    """The recipe's path, relative to the project folder where it lies inside."""
    stated = str(section(evidence.plan, "recipe").get("file") or "")
    if not stated:
        return ""
    path = Path(stated)
    root = evidence.folder.parents[2] if len(evidence.folder.parents) > 2 else evidence.folder
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else stated


def command_line(evidence: Evidence) -> str:
    """The exact command that makes this run again, from the project folder."""
    file = recipe_file(evidence)
    words = [
        "runner",
        "run",
        file,
        *(str(word) for word in section(evidence.plan, "recipe").get("overrides") or []),
    ]
    return shlex.join(words) if file else ""


def identity(evidence: Evidence) -> Rows:
    """The addresses and digests that say whether two runs are the same."""
    plan, dataset = evidence.plan, evidence.dataset
    rows = [
        ("Fingerprint of the job", evidence.fingerprint),
        ("Recipe digest", section(plan, "recipe").get("digest")),
        ("Model facts digest", section(plan, "model").get("digest")),
        ("Dataset address", dataset.get("address") or section(plan, "dataset").get("address")),
        ("Record format", dataset.get("format")),
    ]
    return [(label, str(value)) for label, value in rows if value]


def files(evidence: Evidence) -> list[tuple[str, str, Any, str]]:
    """The built files: name, records, bytes, SHA-256."""
    found = section(evidence.dataset, "files")
    return [
        (str(name), count(file.get("records")), file.get("bytes"), str(file.get("sha256") or ""))
        for name, file in found.items()
        if isinstance(file, Mapping)
    ]


def sources(evidence: Evidence) -> list[dict[str, str]]:
    """Where the data came from."""
    keys = ("label", "kind", "location", "records", "licence", "revision", "digest")
    rows = []
    for source in evidence.dataset.get("sources") or []:
        if isinstance(source, Mapping):
            row = {key: str(source.get(key) or "") for key in keys}
            rows.append(row | {"records": count(source.get("records"))})
    return rows


def settings(evidence: Evidence) -> Rows:
    """Everything that changes the result, as dotted names: executor settings, job times and versions."""
    executor = section(evidence.plan, "executor")
    split = section(evidence.recipe, "split")
    return [
        *_flat({f"split.{name}": value for name, value in split.items()}),
        *_flat({name: value for name, value in section(executor, "settings").items() if name != "summary"}),
        *_flat({f"versions.{name}": value for name, value in section(evidence.dataset, "versions").items()}),
    ]


def job_rows(evidence: Evidence) -> Rows:
    """Name, executor and times of the job."""
    names = (("Job", "name"), ("Executor", "executor"), ("Started", "started"), ("Ended", "ended"))
    return [(label, str(evidence.job[name])) for label, name in names if evidence.job.get(name)]


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        else:
            yield path, _value(value)


def _value(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(item) for item in value)
    return str(value)
