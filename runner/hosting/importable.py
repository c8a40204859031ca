"""Whether Custom Model Import takes a model folder, by what AWS documents; the rest is not checked."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.hosting.prices import import_facts


def require_importable(folder: Path, region: str) -> dict[str, Any]:
    """Errors: `RunnerError` with everything that stands in the way at once. Returns what was found.

    The result has `architecture`, `bytes`, `dtypes` and `converse` (None where it is not known).
    """
    facts = import_facts()
    problems = [*_regions(facts, region), *_files(facts, folder)]
    config, weights = _json(folder / "config.json"), sorted(folder.glob("*.safetensors"))
    problems += [*_config(facts, config), *_tokenizer(facts, folder)]
    dtypes: set[str] = set()
    for file in weights:
        try:
            dtypes |= _dtypes(file)
        except ValueError as error:
            problems.append(f"{file.name}: {error}")
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    if size >= facts["weight_bytes"]["below"]:
        problems.append(f"the folder has {size:,} bytes; it must be below {facts['weight_bytes']['below']:,}")
    if problems:
        source = facts["sources"]["guide"]
        text = "".join(f"\n    {problem}" for problem in problems)
        raise RunnerError(
            f"{folder} cannot be imported:{text}",
            fix=f"see {source['title']} ({source['ref']}, {source['as_of']})",
        )
    architecture = str(config["architectures"][0])
    converse = architecture not in facts["no_converse"]["value"]
    return {"architecture": architecture, "bytes": size, "dtypes": sorted(dtypes), "converse": converse}


def _regions(facts: Mapping[str, Any], region: str) -> Iterator[str]:
    if region not in facts["regions"]["value"]:
        yield f"{region} has no Custom Model Import; it is in {', '.join(facts['regions']['value'])}"


def _files(facts: Mapping[str, Any], folder: Path) -> Iterator[str]:
    for file in (folder, *sorted(folder.iterdir())):
        if file.is_symlink():
            yield f"{file.name} is a link: what it leads to is not uploaded"
    for name in facts["files"]["value"]:
        if not (folder / name).is_file():
            yield f"{name} is missing"
    if not any(folder.glob("*.safetensors")):
        yield "there are no weights: *.safetensors"
    if (folder / "chat_template.jinja").exists() and "chat_template" in _json(
        folder / "tokenizer_config.json"
    ):
        yield "the chat template stands in chat_template.jinja and in tokenizer_config.json: one must go"


def _config(facts: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    named = config.get("architectures") or ["none"]
    if named[0] not in facts["architectures"]["value"]:
        yield f"the architecture {named[0]} is not among {', '.join(facts['architectures']['value'])}"
    positions, below = config.get("max_position_embeddings"), facts["positions"]["below"]
    if isinstance(positions, int) and positions >= below:
        yield f"config.json allows {positions:,} positions; they must be below {below:,}"
    if "rope_parameters" in config:
        version = facts["transformers"]["value"]
        yield f"config.json has rope_parameters, which transformers {version} overlooks: export it again"


def _tokenizer(facts: Mapping[str, Any], folder: Path) -> Iterator[str]:
    name = _json(folder / "tokenizer_config.json").get("tokenizer_class")
    if name is not None and name not in facts["tokenizer_classes"]["value"]:
        yield f"the tokenizer class {name} is not among {', '.join(facts['tokenizer_classes']['value'])}"


def _dtypes(file: Path) -> set[str]:
    """The types of the tensors, and that the file is whole. Errors: `ValueError`."""
    with file.open("rb") as handle:
        head = handle.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
        if not 2 <= length <= file.stat().st_size:
            raise ValueError("it is not a safetensors file")
        header = json.loads(handle.read(length))
    tensors = [row for name, row in header.items() if name != "__metadata__"]
    end = max((row["data_offsets"][1] for row in tensors), default=0)
    if 8 + length + end != file.stat().st_size:
        raise ValueError(f"it has {file.stat().st_size:,} bytes, its header says {8 + length + end:,}")
    return {str(row["dtype"]) for row in tensors}


def _json(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
