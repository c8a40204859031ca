"""A local dataset folder: its files, each confined, and what its card may not name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.reading.confine import OutsideError, Reach
from runner.reading.storage import StoredFile, addressed, local_files

_CARDS = ("README.md", ".huggingface.yaml")
_MAX_CARD_BYTES = 1 << 20
_FRONT = re.compile(r"\s*---[\r\n]+(.*?)[\r\n]+---", re.DOTALL)
"""The YAML of a README.md, where `datasets` looks for it."""


def folder_files(repo: str, reach: Reach) -> list[StoredFile]:
    """Every file of the folder, with its SHA-256. Errors: `RunnerError` if one may not be read."""
    if not repo.startswith((".", "/", "~")):
        raise RunnerError(
            f"{repo!r} is neither a dataset of the hub (`owner/name`) nor a local folder",
            fix=f"write ./{repo} for a folder",
        )
    folder = folder_of(repo, reach)
    if not folder.is_dir():
        raise RunnerError(f"{repo} is not a folder", fix="read a single file with `kind: files`")
    found = [addressed(file) for file in local_files(repo, reach)]
    for name in _CARDS:
        if (folder / name).is_file():
            _require_card_inside(folder / name, reach)
    return found


def folder_of(repo: str, reach: Reach) -> Path:
    """The folder's real path."""
    return reach.resolve(reach.absolute(repo))


def saved_folder(folder: Path, split: str) -> Path | None:
    """Where `Dataset.save_to_disk` wrote the split, if that is how the folder was made."""
    inside = (folder / split).resolve() if (folder / "dataset_dict.json").is_file() else folder
    return inside if inside.is_relative_to(folder) and (inside / "state.json").is_file() else None


def require_listed(paths: list[str], found: list[StoredFile], repo: str, reach: Reach) -> None:
    """Every file that is going to be read must be one of those that the address was made from."""
    known = {reach.resolve(file.path) for file in found}
    for path in paths:
        if reach.resolve(Path(path)) not in known:
            raise OutsideError(
                f"{repo} names a data file that is not in the folder: {path}", fix="copy it into the folder"
            )


def saved_paths(folder: Path) -> list[str]:
    """The Arrow files that a saved folder lists."""
    try:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        return [str(folder / str(item["filename"])) for item in state["_data_files"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RunnerError(
            f"{folder}/state.json does not list the dataset's files", fix="save the dataset again"
        ) from None


def _require_card_inside(card: Path, reach: Reach) -> None:
    """The card's `configs` may name files by patterns: only of this folder, and no address to fetch from."""
    import yaml

    with reach.open(card) as handle:
        raw = handle.read(_MAX_CARD_BYTES + 1)
    if len(raw) > _MAX_CARD_BYTES:
        raise RunnerError(f"{card} is larger than {_MAX_CARD_BYTES >> 20} MiB", fix="shorten it")
    text = raw.decode(errors="replace")
    if card.suffix == ".md":
        match = _FRONT.match(text)
        text = match[1] if match else ""
    try:
        # Aliases of aliases can stand for more than any memory holds, here and in `datasets`.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise RunnerError(f"the YAML of {card} has aliases (`*name`)", fix="write the values out")
        front = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise RunnerError(f"the YAML of {card} cannot be read", fix="repair it") from None
    configs = front.get("configs") if isinstance(front, dict) else None
    for value in _texts(configs, set()):
        if "://" in value or value.startswith(("/", "~")) or ".." in value.split("/"):
            raise OutsideError(
                f"{card} names data outside its folder: {value}", fix="copy the data into the folder"
            )


def _texts(value: Any, seen: set[int]) -> Iterator[str]:
    """Every text in the value; each shared part once, so that a YAML of aliases cannot explode."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)) and id(value) not in seen:
        seen.add(id(value))
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner, seen)
