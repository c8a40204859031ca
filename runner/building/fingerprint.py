"""Addresses: what a result depends on, as one SHA-256. Nothing here imports a plug-in."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from runner.atomic import digest
from runner.recipe import Part

_PACKAGE = Path(__file__).parent.parent
_IMPORT = re.compile(r"^[ ]*(?:from (runner[.\w]*) import (\([^)]*\)|[^\n]*)|import (runner[.\w]*))", re.M)
_OTHERS = re.compile(r"^[ ]*(?:from|import) (\w+)", re.M)
_NEUTRAL = frozenset(
    {"errors", "finding", "progress", "atomic", "plugins", "resources", "project", "building.engine", "model"}
)
"""Modules of the package whose code cannot change a byte of a result."""
_NEUTRAL_PACKAGES = frozenset(
    {
        *("runner", "typing_extensions", "tiktoken", "tiktoken_ext", "toktok"),
        *("boto3", "botocore", "huggingface_hub", "pyarrow", "yaml", "zstandard"),
    }
)
"""Packages that transport bytes, or whose versions are in an address anyway."""
_DISTRIBUTIONS = {"re2": "google-re2"}
"""Where the name of a distribution is not that of its package."""


def code_digest(modules: Iterable[str]) -> str:
    """SHA-256 of modules (`runner.x`), of all of the package that they import, and of others' versions."""
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name], imported, others = _module(name)
            waiting += imported
            found.update((other, _version(other)) for other in others)
    return digest(found)


def plugin_code(folder: str, kind: str) -> str:
    """SHA-256 of a plug-in's code: ours by source, another package's by its version too."""
    if (_PACKAGE / folder / f"{kind}.py").exists():
        return code_digest([f"runner.{folder}.{kind}"])
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    for entry in entry_points(group=f"runner.{folder}", name=kind):
        spec = find_spec(entry.module)
        source = Path(spec.origin).read_bytes() if spec and spec.origin else b""
        package = (entry.dist.name, entry.dist.version) if entry.dist else ("", "")
        return digest([kind, *package, hashlib.sha256(source).hexdigest()])
    return digest([kind, None])


def part_identity(folder: str, part: Part) -> dict[str, Any]:
    """A labelled plug-in with its options and code, as one piece of an address."""
    return {
        "label": part.label,
        "kind": part.kind,
        "options": plain(part.options),
        "code": plugin_code(folder, part.kind),
    }


def plain(value: Any) -> Any:
    """Options as JSON data; numbers such as Decimal become text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def unicode_version() -> str:
    """Version of the Unicode tables: normalization depends on it."""
    return unicodedata.unidata_version


@cache
def _module(name: str) -> tuple[str, list[str], list[str]]:
    """SHA-256 of a module's source, the modules of the package that it imports, and the other packages."""
    file = _file(name)
    if file is None:
        return "", [], []
    source = file.read_text(encoding="utf-8")
    imported: list[str] = []
    for module, names, direct in _IMPORT.findall(source):
        imported.append(module or direct)
        imported += [f"{module}.{word}" for word in re.findall(r"\w+", names)] if module else []
    wanted = [item for item in imported if item.partition(".")[2] not in _NEUTRAL and _file(item)]
    others = set(_OTHERS.findall(source)) - sys.stdlib_module_names - _NEUTRAL_PACKAGES
    return hashlib.sha256(source.encode()).hexdigest(), wanted, sorted(others)


@cache
def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(_DISTRIBUTIONS.get(package, package))
    except PackageNotFoundError:
        return "absent"


@cache
def _file(name: str) -> Path | None:
    path = _PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py")
    return path if path.is_file() else None
