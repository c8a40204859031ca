"""The pure result of a check, kept by content: an unchanged `validate` imports neither Hydra nor jsonschema.

An entry belongs to one user and recipe file, its overrides, the values of allowed environment variables, the
working directory and this version of the code and schemas. It remembers the state of every path that the
composition looked at, absent ones too, so that a new file that shadows another is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import __version__
from runner.compose import Composed
from runner.composition.file_state import state_of
from runner.finding import Finding
from runner.origins import Origin
from runner.resources import refreshed_models, shipped

_KEEP = 300
_OURS = re.compile(r"\.?[0-9a-f]{64}\.json(?:\.[0-9]+)?")
_CODE = ("", "composition", "checks/recipe", "sources", "steps", "formats", "executors")


@dataclass(frozen=True, slots=True)
class CheckCache:
    """One entry, which may not be there."""

    path: Path | None

    @classmethod
    def of(cls, file: Path, overrides: tuple[str, ...], allow_env: tuple[str, ...]) -> CheckCache:
        """The entry of a recipe as it is called now."""
        from runner.project import cache_folder, project_root
        from runner.seal import secret

        try:
            folder = file.absolute().parent.resolve()
            environment = {name: os.environ.get(name) for name in allow_env}
            key = [
                str(folder / file.name),
                overrides,
                environment,
                os.getcwd(),
                __version__,
                _state_of_code(),
                secret(),
            ]
            digest = hashlib.sha256(json.dumps(key).encode("utf-8", "surrogatepass")).hexdigest()
            return cls(
                cache_folder(project_root(folder / "recipe.yaml")) / "cache" / "checked" / f"{digest}.json"
            )
        except (OSError, ValueError, RuntimeError):
            return cls(None)

    def load(self) -> tuple[Composed | None, list[Finding]] | None:
        """The kept result, or None if there is none or anything it depends on has changed."""
        if self.path is None:
            return None
        try:
            data = json.loads(self.path.read_bytes())
            if not all(state_of(path) == state for path, state in data["looked_at"].items()):
                return None
            return _composed(data), [Finding.from_dict(finding) for finding in data["findings"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None  # absent, cut off, or not ours: made again

    def store(self, composed: Composed, findings: list[Finding]) -> None:
        """Keep a result. A folder that cannot be written is no error: the next call composes again."""
        if self.path is None or not self.path.parents[3].is_dir():
            return
        data = {
            "file": str(composed.file),
            "root": str(composed.root),
            "overrides": composed.overrides,
            "shown": composed.shown,
            "complete": composed.complete,
            "mapping": composed.mapping,
            "origins": {path: origin.as_list() for path, origin in composed.origins.items()},
            "findings": [finding.as_dict() for finding in findings],
            "looked_at": dict(composed.looked_at),
        }
        try:
            raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _forget_old(self.path.parent)
            # No flush to disk: a torn entry is made again. Private: it may hold an allowed variable.
            aside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(raw)
            os.replace(aside, self.path)
        except (OSError, ValueError, TypeError):
            return


def _composed(data: dict[str, Any]) -> Composed:
    return Composed(
        Path(data["file"]),
        Path(data["root"]),
        tuple(data["overrides"]),
        data["mapping"],
        {path: Origin.from_list(origin) for path, origin in data["origins"].items()},
        shown=data["shown"],
        complete=data["complete"],
        looked_at=data["looked_at"],
    )


def _state_of_code() -> str:
    """Names, sizes and times of the code and schemas that decide what a check says; what is installed."""
    here = Path(__file__).parent
    folders = [*(here / part for part in _CODE), shipped("schemas"), shipped("schemas") / "models"]
    folders += [newer] if (newer := refreshed_models()).is_dir() else []
    seen = hashlib.sha256()
    for folder in folders:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name.endswith((".py", ".json")):
                found = entry.stat()
                seen.update(f"{entry.path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    for installed in sys.path:  # a plug-in package that comes or goes changes its folder
        if installed and os.path.isdir(installed):
            seen.update(f"{installed}\0{os.stat(installed).st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _forget_old(folder: Path) -> None:
    """Keep the folder small: entries of old overrides and versions go, oldest first, and nothing else."""
    entries = [entry for entry in os.scandir(folder) if _OURS.fullmatch(entry.name)]
    entries.sort(key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-_KEEP]:
        os.unlink(entry.path)
