"""The open models that can be trained on this machine: finding them and naming their content, without torch.

A base is one of: a model with a capability file of platform `local`, a folder with safetensors weights, or
`owner/name@<commit>` on a model hub.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from runner.atomic import digest, file_digest, write_text
from runner.errors import RunnerError
from runner.model import Model, load_model, models
from runner.project import cache_home as cache_home
from runner.reading.confine import MissingError, OutsideError, Reach

DEFAULT_BASE = "smollm2-135m-instruct"
_HUB_ID = re.compile(r"(?P<repo>[A-Za-z0-9][\w.-]*/[\w.-]+)(?:@(?P<revision>.*))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
MODEL_FILES = ("*.safetensors", "*.json", "tokenizer.model", "chat_template.jinja")
"""What is read of a model folder: data formats only, never pickles, never code."""


class UnusableBaseError(RunnerError):
    """The base is not there, or is not in a form that is safe to load."""


@dataclass(frozen=True, slots=True)
class Base:
    """One base model: what it is called, where it comes from and what its bytes are."""

    name: str
    """As the recipe names it."""
    kind: Literal["made", "package", "folder", "hub"]
    title: str
    digest: str
    """Of the weights' source: equal digests are equal models."""
    capability: Model
    """Defaults and ranges; those of the default base for a folder or a hub model."""
    max_tokens: int | None

    @property
    def artifact(self) -> Mapping[str, Any] | None:
        """The package and file that hold the weights, for a base that comes in a package."""
        return self.capability.data["artifact"] if self.kind == "package" else None

    def as_dict(self) -> dict[str, Any]:
        """What enters a plan: no path of this machine."""
        note = self.capability.data["artifact"]["note"] if self.kind in {"made", "package"} else ""
        return {
            "name": self.name,
            "kind": self.kind,
            "title": self.title,
            "digest": self.digest,
            "note": note,
        }


def find_base(name: str, reach: Reach) -> Base:
    """The base of this name. Errors: `UnusableBaseError`, or `OutsideError` for a folder out of reach."""
    for model in models():
        if model.platform == "local" and name in model.names:
            return _known(model)
    match = _HUB_ID.fullmatch(name)
    if match and not reach.absolute(name).exists():
        return _hub(match["repo"], match["revision"] or "")
    return _folder(name, reach)


def location(base: dict[str, Any], root: Path) -> Path | None:
    """Where the planned base lies here: its GGUF file or its folder; None if it is yet to be made."""
    if base["kind"] == "package":
        return gguf_file(load_model(base["name"]).data["artifact"])
    if base["kind"] != "folder":
        return None
    for start in (root, Path.cwd()):
        folder = start / Path(base["name"]).expanduser()
        if (folder / "config.json").exists() and folder_digest(folder) == base["digest"]:
            return folder.resolve()
    raise UnusableBaseError(
        f"the base model in {base['name']} is gone or has changed since the plan was made", fix="plan again"
    )


def gguf_file(artifact: Mapping[str, Any]) -> Path | None:
    """The model file inside an installed package, found without importing the package."""
    try:
        files = metadata.files(artifact["package"]) or []
    except metadata.PackageNotFoundError:
        return None
    found = (Path(str(file.locate())) for file in files if str(file) == artifact["file"])
    return next((path for path in found if path.exists()), None)


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of the model files of a folder."""
    return digest({path.name: _cached_digest(path) for path in model_files(folder)})


def model_files(folder: Path) -> list[Path]:
    """The files of a model folder that may be read, sorted."""
    return sorted({path for pattern in MODEL_FILES for path in folder.glob(pattern) if path.is_file()})


def _cached_digest(path: Path) -> str:
    """A file's SHA-256, remembered under its size, time and inode: weights can be many gigabytes."""
    stat = path.stat()
    key = digest([str(path.resolve()), stat.st_size, stat.st_mtime_ns, stat.st_ino])
    note = cache_home() / "digests" / key[:32]
    try:
        return note.read_text()
    except OSError:
        value = file_digest(path)
        with contextlib.suppress(OSError):  # A read-only home only costs time.
            write_text(note, value)
        return value


def _known(model: Model) -> Base:
    artifact = model.data["artifact"]
    content = artifact["sha256"] if artifact["kind"] == "package" else digest(artifact)
    return Base(model.id, artifact["kind"], model.name, content, model, model.data["training"]["max_tokens"])


def _hub(repo: str, revision: str) -> Base:
    if not _COMMIT.fullmatch(revision):
        raise UnusableBaseError(
            f"the base {repo!r} has no folder here, and as a hub model it is not pinned to a commit",
            fix=f"write the 40-digit commit, {repo}@<commit>, or the path of a model folder",
        )
    name = f"{repo}@{revision}"
    return Base(name, "hub", repo, digest({"hub": name}), load_model(DEFAULT_BASE), None)


def _folder(name: str, reach: Reach) -> Base:
    known = ", ".join(model.id for model in models() if model.platform == "local")
    fix = f"use a model folder with config.json, tokenizer.json and *.safetensors, or one of: {known}"
    try:
        folder = reach.resolve(reach.absolute(name))
        for file in model_files(folder):
            reach.resolve(file)
    except MissingError:
        raise UnusableBaseError(f"there is no base model {name!r}", fix=fix) from None
    except OutsideError:
        raise
    except RunnerError as error:
        raise UnusableBaseError(error.message, fix=fix) from None
    config = _config(folder, name, fix)
    if not list(folder.glob("*.safetensors")):
        hint = (
            "; its pickled weights (*.bin) are not read: a pickle can run code"
            if list(folder.glob("*.bin"))
            else ""
        )
        raise UnusableBaseError(f"{name} holds no *.safetensors weights{hint}", fix=fix)
    if "auto_map" in config:
        raise UnusableBaseError(
            f"{name} needs code of its own (auto_map in config.json), which is never run", fix=fix
        )
    limit = config.get("max_position_embeddings")
    title = f"{(config.get('architectures') or ['model'])[0]} in {folder.name}"
    tokens = limit if isinstance(limit, int) else None
    return Base(name, "folder", title, folder_digest(folder), load_model(DEFAULT_BASE), tokens)


def _config(folder: Path, name: str, fix: str) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnusableBaseError(f"{name} is no model folder: it has no config.json", fix=fix) from None
    except (ValueError, OSError) as error:
        raise UnusableBaseError(f"{name}/config.json cannot be read: {error}", fix=fix) from None
    if not isinstance(config, dict):
        raise UnusableBaseError(f"{name}/config.json is not a mapping", fix=fix)
    return config
