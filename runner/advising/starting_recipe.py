"""A first recipe for the advised way, and a few made records so that it can be planned at once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from runner.advising.answers import Answers
from runner.advising.candidates import Candidate
from runner.errors import RunnerError
from runner.project import project_root

_FIELDS = {
    "fine_tuning": {"prompt": "prompt", "completion": "completion"},
    "distillation": {"prompt": "prompt"},
    "reinforcement_fine_tuning": {"prompt": "prompt", "completion": "reference_answer"},
    "continued_pre_training": {"text": "text"},
}
_WORDS = {
    "ja": (
        "注文{n}番はいつ届きますか。",
        "ご注文{n}番は明日お届けします。",
        "製品{n}番の説明書です。電源を入れ、ふたを閉めてから、緑のランプがつくまでお待ちください。"
        "赤いランプのときは電源を切ります。",
    ),
    "en": (
        "When does order {n} arrive?",
        "Order {n} arrives tomorrow.",
        "Manual of product {n}. Switch it on, close the lid and wait for the green lamp.",
    ),
}
_NAME = re.compile(r"[^a-z0-9]+")
_STEPS = {"continued_pre_training": "text_ja"}
_REHEARSED = ("fine_tuning", "continued_pre_training")
_FEW, _MARGIN = 12, 1.3
"""Made records: a few, or as many as the model needs and some more for the validation set."""


def starting_recipe(candidate: Candidate, answers: Answers, file: Path) -> dict[Path, str]:
    """The recipe and its sample data by path, neither of them there yet.

    Errors: `RunnerError` when a file is already there or the name ends with something else than `.yaml`.
    """
    if file.suffix not in (".yaml", ".yml"):
        raise RunnerError(f"{file} is no name of a recipe", fix="end it with .yaml")
    file = file.absolute()
    # A folder `recipes/` makes the one above it a project, even if it is not there yet.
    root = file.parent.parent if file.parent.name == "recipes" else project_root(file)
    name = _NAME.sub("-", file.stem.lower()).strip("-")[:63] or _numbered(root / "data")
    data = root / "data" / f"{name}.jsonl"
    for there in (file, data):
        if there.exists():
            raise RunnerError(f"{there} is already there; nothing was written", fix="choose another name")
    path = data.relative_to(root).as_posix()
    return {file: _recipe(candidate, answers, name, path), data: _sample(candidate, answers.language)}


def _numbered(folder: Path) -> str:
    """A name of its own for a file whose name has no Latin letter or digit."""
    names = (f"recipe-{number}" for number in count(1))
    return next(name for name in names if not (folder / f"{name}.jsonl").exists())


def _recipe(candidate: Candidate, answers: Answers, name: str, path: str) -> str:
    model, method = candidate.model, candidate.method
    local = candidate.local
    budget = "null" if answers.budget_usd is None else f"{answers.budget_usd}"
    fields = ", ".join(f"{key}: {column}" for key, column in _FIELDS[method].items())
    lines = [
        "# Made by `runner advise`. The data is made up: put yours into the file below, or name another one.",
        *_introduction(candidate),
        "defaults:",
        "  - base",
        *_steps(method, answers.language),
        _executor(method),
        "  - _self_",
        f"name: {_yaml(name)}",  # quoted: `true` and `1e5` are names, too
        f"model: {model.id}",
        f"method: {method}",
        f"region: {'null' if candidate.region is None else candidate.region}",
        "sources:",
        "  own:",
        "    kind: files",
        f"    path: {path}",
        f"    fields: {{{fields}}}",
        *_step_options(method, answers.language),
        f"split: {{validation: {_validation(candidate)}, train_records: null, seed: 0}}",
        *_hyperparameters(candidate),
        *_unpriced(candidate),
        f"budget: {{max_usd: {budget}, accept_unknown_prices: {'true' if local else 'false'}}}",
    ]
    return "\n".join(lines) + "\n"


def _executor(method: str) -> str:
    """This machine rehearses what it can."""
    if method in _REHEARSED:
        return "  - executor: local                # the rehearsal; nothing is paid"
    return "  - executor: bedrock              # not done on this machine; `runner plan` pays nothing"


def _introduction(candidate: Candidate) -> list[str]:
    if candidate.local and candidate.method == "continued_pre_training":
        return [
            "# No model on Bedrock takes continued pre-training. This trains an open model here; its weights",
            "# (runs/<name>/<fingerprint>/artifacts/merged) are what Custom Model Import reads.",
        ]
    if candidate.local:
        return ["# Trains on this machine; the weights are yours to run anywhere."]
    if candidate.method not in _REHEARSED:
        return [f"# {candidate.model.name} on Amazon Bedrock."]
    return [f"# {candidate.model.name} on Amazon Bedrock; `executor=bedrock` submits the job."]


def _unpriced(candidate: Candidate) -> list[str]:
    """Why the plan stops at the budget: a teacher's answers and hours of training are not known before."""
    if candidate.local or candidate.method in _REHEARSED:
        return []
    return [
        "# Not every cost of this method is known before the job: `runner plan` ends with exit code 3 until",
        "# you have looked the prices up and set accept_unknown_prices to true.",
    ]


def _steps(method: str, language: str) -> list[str]:
    """The Japanese cleaning that is shipped, for Japanese; other languages begin with none."""
    if method not in ("fine_tuning", "continued_pre_training") or language != "ja":
        return ["  - steps: none"]
    return [f"  - steps: {_STEPS.get(method, 'instruction_ja')}"]


def _step_options(method: str, language: str) -> list[str]:
    """The shipped steps also compare with a field `input`, which this data does not have."""
    if method != "fine_tuning" or language != "ja":
        return []
    return ["steps: {drop_outliers: {different: [prompt, completion]}}"]


def _validation(candidate: Candidate) -> str:
    return "0.1" if candidate.model.methods[candidate.method].validation_allowed else "0"


def _hyperparameters(candidate: Candidate) -> list[str]:
    """What the job must state, and the passes over the data."""
    schemas = candidate.model.methods[candidate.method].hyperparameters
    stated: dict[str, Any] = {}
    if "default" in schemas.get("epochCount", {}):
        stated["epochCount"] = schemas["epochCount"]["default"]
    for name, schema in schemas.items():
        if schema.get("required") and name not in stated:
            stated[name] = _placeholder(name, schema, candidate)
    if not stated:
        return []
    return ["hyperparameters:", *(f"  {name}: {_yaml(value)}" for name, value in stated.items())]


def _placeholder(name: str, schema: Mapping[str, Any], candidate: Candidate) -> Any:
    if name == "teacherModelIdentifier":
        return (candidate.model.methods[candidate.method].teachers or ("",))[0]
    if name == "lambdaArn":
        return f"arn:aws:lambda:{candidate.region}:111122223333:function:grade"
    return schema.get("minimum", schema.get("default"))


def _yaml(value: Any) -> str:
    return json.dumps(value)


def _sample(candidate: Candidate, language: str) -> str:
    prompt, answer, text = _WORDS.get(language, _WORDS["en"])
    limits = [
        candidate.model.methods[candidate.method].limit(name) for name in ("train_records", "total_records")
    ]
    least = max(limit.get("minimum") or 0 for limit in limits)
    rows = []
    for n in range(1, max(_FEW, math.ceil(least * _MARGIN)) + 1):
        made = {"prompt": prompt, "completion": answer, "reference_answer": answer, "text": text}
        rows.append({column: made[column].format(n=n) for column in _FIELDS[candidate.method].values()})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
