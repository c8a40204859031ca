"""What a model can do, read from its capability schema in `schemas/models/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.resources import shipped


@dataclass(frozen=True, slots=True)
class Method:
    """One customization method of one model. Every number carries its source key."""

    name: str
    data: Mapping[str, Any]

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions where a job of this kind can run; empty for local models."""
        return tuple(self.data["regions"]["value"])

    @property
    def format(self) -> str:
        """Name of the record format: a file of `runner/formats/`."""
        return str(self.data["format"])

    @property
    def hyperparameters(self) -> Mapping[str, Mapping[str, Any]]:
        """JSON Schema by hyperparameter name, in the model's own spelling, with `source`."""
        return self.data["hyperparameters"]  # type: ignore[no-any-return]

    @property
    def validation_allowed(self) -> bool | None:
        """Whether a validation file may be given; None where nothing is stated."""
        return self.data["validation"]["allowed"]  # type: ignore[no-any-return]

    def limit(self, name: str) -> Mapping[str, Any]:
        """A limit such as `train_records`: `minimum`, `maximum`, `source`; empty if not known."""
        return self.data["limits"].get(name) or {}


@dataclass(frozen=True, slots=True)
class Model:
    """One capability schema."""

    id: str
    data: Mapping[str, Any]
    file: Path
    digest: str
    """SHA-256 (hex) of the file: a plan made from other facts is out of date."""

    @property
    def name(self) -> str:
        """The model's name for people, such as `Nova Micro`."""
        return str(self.data["name"])

    @property
    def platform(self) -> str:
        """`bedrock` or `local`."""
        return str(self.data["platform"])

    @property
    def lifecycle(self) -> Mapping[str, Any]:
        """`status`, `jobs_allowed`, dates, `source`."""
        return self.data["lifecycle"]  # type: ignore[no-any-return]

    @property
    def methods(self) -> Mapping[str, Method]:
        """The methods this model has, by name."""
        return {name: Method(name, data) for name, data in self.data["methods"].items()}

    def source(self, key: str) -> str:
        """One line that names a source: title, address and the date it was read."""
        source = self.data["sources"][key]
        return f"{source['title']} ({source['ref']}, as of {source['as_of']})"

    @property
    def names(self) -> tuple[str, ...]:
        """The id and every alias."""
        return (self.id, *self.data["aliases"])


def models() -> Iterator[Model]:
    """Every model, in the order of the file names."""
    for file in sorted((shipped("schemas") / "models").glob("*.json")):
        yield _read(file)


def model_names() -> list[str]:
    """Every id and alias."""
    return [name for model in models() for name in model.names]


def load_model(name: str) -> Model:
    """The model with this id or alias. Errors: `RunnerError` when there is none."""
    for model in models():
        if name in model.names:
            return model
    raise RunnerError(f"no capability schema knows the model {name!r}", fix="`runner models` lists them")


@cache
def _read(file: Path) -> Model:
    raw = file.read_bytes()
    data = json.loads(raw)
    return Model(data["id"], data, file, hashlib.sha256(raw).hexdigest())
