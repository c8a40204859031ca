"""What a run folder holds, read without trusting that all of it is there: the input of report and status."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.runs import RunFolder

_DROPPED_LINES_READ = 50_000
_EXAMPLES_PER_REASON = 2
_EXAMPLES = 24


@dataclass(frozen=True, slots=True)
class Dropped:
    """One dropped record as the report shows it."""

    id: str
    step: str
    reason: str
    detail: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The files of one run; a file that is not there yet is empty."""

    folder: Path
    recipe_text: str
    plan: Mapping[str, Any]
    dataset: Mapping[str, Any]
    job: Mapping[str, Any]
    metrics: Mapping[str, Any]
    findings: tuple[Mapping[str, Any], ...]
    curve: tuple[Mapping[str, Any], ...]
    dropped: tuple[Dropped, ...]
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    """What `runner evaluate` found, if it ran."""

    @property
    def recipe(self) -> Mapping[str, Any]:
        """The resolved recipe as a mapping; empty where it cannot be read."""
        config = section(self.plan, "recipe", "config")
        if config:
            return config
        import yaml

        try:
            data = yaml.safe_load(self.recipe_text)
        except yaml.YAMLError:
            return {}
        return data if isinstance(data, dict) else {}

    @property
    def name(self) -> str:
        """The recipe's name."""
        return str(section(self.plan, "recipe").get("name") or self.folder.parent.name)

    @property
    def fingerprint(self) -> str:
        """The job's whole fingerprint, or the folder's short one while there is no plan."""
        return str(self.plan.get("fingerprint") or self.folder.name)

    @property
    def state(self) -> str:
        """The job's state in Bedrock's words; `NotStarted` while there is no job."""
        return str(self.job.get("state") or "NotStarted")


def read_evidence(run: RunFolder) -> Evidence:
    """All files of the folder. Errors: `RunnerError` for a file that is not the JSON it should be."""
    recipe = run.path / "recipe.yaml"
    findings = _read(run, "findings.json", list)
    return Evidence(
        folder=run.path.resolve(),
        recipe_text=recipe.read_text(encoding="utf-8", errors="replace") if recipe.exists() else "",
        plan=_read(run, "plan.json", dict),
        dataset=_read(run, "dataset.json", dict),
        job=_read(run, "job.json", dict),
        metrics=_read(run, "metrics.json", dict),
        findings=tuple(finding for finding in findings if isinstance(finding, dict)),
        curve=tuple(_lines(run.path / "metrics.jsonl")),
        dropped=tuple(_examples(run.path / "dropped.jsonl")),
        evaluation=_read(run, "evaluation.json", dict),
    )


def section(data: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """A mapping inside a mapping, by its path; empty where any part of the way is missing."""
    for name in names:
        inner = data.get(name)
        if not isinstance(inner, Mapping):
            return {}
        data = inner
    return data


def _read(run: RunFolder, name: str, kind: type) -> Any:
    try:
        data = run.read(name)
    except ValueError as error:
        raise RunnerError(
            f"{run.path / name} is not readable JSON: {error}",
            fix="`runner run` writes the files of a run folder again",
        ) from error
    if data is None:
        return kind()
    if not isinstance(data, kind):
        raise RunnerError(f"{run.path / name} holds a {type(data).__name__}, not a {kind.__name__}")
    return data


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file. A line that a killed process left half written is passed over."""
    if not file.exists():
        return
    with file.open("rb") as handle:
        for line in handle:
            try:
                data = json.loads(line)
            except ValueError:
                continue
            if isinstance(data, dict):
                yield data


def _examples(file: Path) -> Iterator[Dropped]:
    """The first few dropped records of each step and reason, in file order."""
    taken: dict[tuple[str, str], int] = {}
    for line in islice(_lines(file), _DROPPED_LINES_READ):
        record = _dropped(line)
        key = (record.step, record.reason)
        taken[key] = taken.get(key, 0) + 1
        if taken[key] <= _EXAMPLES_PER_REASON:
            yield record
            if sum(min(number, _EXAMPLES_PER_REASON) for number in taken.values()) >= _EXAMPLES:
                return


def _dropped(line: Mapping[str, Any]) -> Dropped:
    mark = section(line, "dropped") or line
    fields = section(line, "fields")
    return Dropped(
        id=str(line.get("id", "")),
        step=str(mark.get("step", "")),
        reason=str(mark.get("reason", "")),
        detail=str(mark.get("detail") or ""),
        fields={str(name): str(text) for name, text in fields.items()},
    )
