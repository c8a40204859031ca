"""What a model can do, read from its capability schema in `schemas/models/`."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.resources import refreshed_models, shipped


@dataclass(frozen=True, slots=True)
class Method:
    """One customization method of one model. Every number carries its source key."""

    name: str
    data: Mapping[str, Any]

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions where a job of this kind can run; empty for local models and where none is known."""
        return tuple(self.data["regions"]["value"] or ())

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

    def rule(self, name: str) -> Mapping[str, Any]:
        """A content rule such as `turns`; empty where nothing is stated."""
        return (self.data.get("content_rules") or {}).get(name) or {}

    def media(self, kind: str) -> Mapping[str, Any]:
        """The numbers of `image`, `video` or `document`; empty where none is known."""
        return (self.data.get("media") or {}).get(kind) or {}

    @property
    def formats(self) -> tuple[str, ...]:
        """The record format of a recipe, then those that the method reads besides."""
        return (self.format, *self.data.get("other_formats", {}).get("value", ()))

    @property
    def api(self) -> str:
        """The operation that starts a job."""
        return str(self.data.get("api", {}).get("operation", "CreateModelCustomizationJob"))

    @property
    def teachers(self) -> tuple[str, ...] | None:
        """For distillation: models that can teach this one today. None for every other method."""
        return tuple(self.data["teachers"]["usable"]) if "teachers" in self.data else None

    @property
    def teacher_ids(self) -> tuple[str, ...]:
        """For distillation: every documented teacher, those that have ended too."""
        return tuple(self.data.get("teachers", {}).get("value", ()))


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
    def jobs_allowed(self) -> bool | None:
        """Whether a new job may start, by the file; None where the sources disagree or say nothing."""
        return self.lifecycle["jobs_allowed"]  # type: ignore[no-any-return]

    def prices(self, item: str) -> tuple[Mapping[str, Any], ...]:
        """The price entries of an item such as `training_tokens`, one for each region or commitment."""
        return tuple(price for price in self.data.get("prices", ()) if price["item"] == item)

    @property
    def names(self) -> tuple[str, ...]:
        """The id and every alias."""
        return (self.id, *self.data["aliases"])


def models() -> Iterator[Model]:
    """Every model, in the order of the file names."""
    newer = refreshed_models()
    for file in sorted(_folder().glob("*.json")):
        yield _read(file if not os.path.isfile(newer / file.name) else newer / file.name)


def model_names() -> list[str]:
    """Every id and alias."""
    return [name for model in models() for name in model.names]


def load_model(name: str) -> Model:
    """The model with this id or alias. Errors: `RunnerError` when there is none."""
    named = file_of(name)
    # The name may hold any characters: only a file that lies in a folder of schemas itself is opened.
    if named.parent in (_folder(), refreshed_models()) and os.path.isfile(named):
        model = _read(named)
        if model.id == name:
            return model
    for named_so in (_named, _named_shorter):
        for model in models():
            if named_so(model, name):
                return model
    raise RunnerError(f"no capability schema knows the model {name!r}", fix=_did_you_mean(name))


def called_model(name: str) -> Model | None:
    """The model behind an id, an alias, an inference profile such as `us.<id>`, or an ARN of these."""
    last = name.rpartition("/")[2]
    for candidate in (last, last.partition(".")[2]):
        try:
            return load_model(candidate)
        except RunnerError:
            continue
    return None


def file_of(id: str) -> Path:
    """Where the capability schema of the model with this id is, or would be: this user's newer one first."""
    name = f"{id.replace(':', '-')}.json"
    newer = refreshed_models() / name
    return newer if os.path.isfile(newer) else _folder() / name


def alternatives(model: Model, method: str) -> tuple[list[Model], str]:
    """Models that offer `method` today in place of one that does not, and the file's word on it, if any."""
    own = model.data["methods"].get(method, {}).get("alternatives", {})
    ids = own.get("value", model.data["alternatives"])
    return [other for other in map(load_model, ids) if _offers(other, method)], own.get("note", "")


def instead(model: Model, method: str) -> str:
    """One sentence with the models that offer `method` today."""
    others, note = alternatives(model, method)
    if not others and not note:
        others = [other for other in models() if other.platform == "bedrock" and _offers(other, method)]
    names = ", ".join(other.id for other in others)
    ways = [note] if note else []
    ways += [f"set model to one that takes {method} jobs today: {names}"] if names else []
    return "; ".join(ways) or f"no model in the schemas takes {method} jobs today: `runner models`"


def _named(model: Model, name: str) -> bool:
    return name in model.names


def _named_shorter(model: Model, name: str) -> bool:
    """Whether the name is the model's without `:0`, or with a context size: the known one, if any."""
    if name in {each.removesuffix(":0") for each in model.names if each.endswith(":0")}:
        return True
    sized = re.fullmatch(r"(.+?)(:0)?(:\d+k)", name)
    if sized is None or model.platform == "local":
        return False
    known = model.data["identifiers"]["customization"]
    if known and not known.endswith(sized[3]):
        return False
    return sized[1] in {each.removesuffix(":0") for each in model.names}


def _offers(model: Model, method: str) -> bool:
    found = model.methods.get(method)
    return found is not None and model.jobs_allowed is not False and found.teachers != ()


def _did_you_mean(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, model_names(), n=1)
    return f"did you mean {close[0]}? `runner models` lists them" if close else "`runner models` lists them"


def _folder() -> Path:
    return shipped("schemas") / "models"


@cache
def _read(file: Path) -> Model:
    raw = file.read_bytes()
    try:
        data = json.loads(raw)
        return Model(data["id"], data, file, hashlib.sha256(raw).hexdigest())
    except (ValueError, KeyError, TypeError):
        raise RunnerError(f"{file} is not a capability schema", fix="delete it, or write it again") from None
