"""The parts of `plan.json` that only restate the recipe, the model's facts and the built data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.atomic import digest
from runner.building.fingerprint import plain
from runner.finding import Finding, Place
from runner.model import Model
from runner.planning.hyperparameters import Setting
from runner.recipe import Recipe
from runner.resources import shipped

if TYPE_CHECKING:
    from runner.compose import Composed
    from runner.dataset import Dataset


def trained_files(dataset: Dataset) -> dict[str, Mapping[str, Any]]:
    """Facts of the files that enter the job, by name."""
    files = dataset.manifest["files"]
    return {name: files[name] for name in ("train.jsonl", "validation.jsonl") if name in files}


def recipe_part(recipe: Recipe) -> dict[str, Any]:
    """The recipe with all its values, so that a saved plan can say what changed."""
    config = plain(recipe.config)
    return {
        "file": _below(recipe.file, recipe.root),
        "name": recipe.name,
        "overrides": list(recipe.overrides),
        "digest": digest(config),
        "config": config,
    }


def dataset_part(dataset: Dataset) -> dict[str, Any]:
    """What was built, in numbers and digests."""
    manifest = dataset.manifest
    files, tokens = trained_files(dataset), manifest["tokens"]
    validation = files.get("validation.jsonl")
    return {
        "address": dataset.address,
        "train_records": files["train.jsonl"]["records"],
        "validation_records": validation["records"] if validation else 0,
        "train_tokens": tokens["train"]["total"],
        "validation_tokens": tokens["validation"]["total"] if tokens.get("validation") else 0,
        "tokenizer": tokens["tokenizer"],
        "train_sha256": files["train.jsonl"]["sha256"],
        "validation_sha256": validation["sha256"] if validation else None,
        "bytes": {name: facts["bytes"] for name, facts in files.items()},
        "totals": manifest["totals"],
        "dropped": manifest["dropped"],
    }


def placed(finding: Finding, composed: Composed) -> Finding:
    """The finding with the place where the value it is about was written."""
    if finding.place is not None or not finding.path:
        return finding
    spot = composed.finding(finding.path, finding.code, finding.message)
    return replace(finding, place=spot.place, overrode=spot.overrode)


def relative(finding: Finding, root: Path) -> Finding:
    """The same place on every machine: relative to the project, or to where this tool is installed."""
    place = finding.place
    if place is None or not place.file or not Path(place.file).exists():
        return finding
    file, conf = Path(place.file).resolve(), shipped("conf").resolve()
    if file.is_relative_to(conf) and not file.is_relative_to(root):
        return replace(finding, place=Place(f"runner:{_below(file, conf.parent)}", place.line, place.column))
    return replace(finding, place=Place(_below(file, root), place.line, place.column))


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def model_part(model: Model) -> dict[str, Any]:
    """The model, and the digest of the facts that were used."""
    return {"id": model.id, "name": model.name, "platform": model.platform, "digest": model.digest}


def origins_part(model: Model, method: str, parameters: Mapping[str, Setting]) -> dict[str, Any]:
    """For every hyperparameter: who chose the value, and the source of the model's range and default."""
    schemas = model.methods[method].hyperparameters
    part = {}
    for name, setting in parameters.items():
        schema = schemas[name]
        # The range and the default may come from two pages.
        other = schema.get("default_source") if setting.origin == "default" else None
        key = other or schema["source"]
        source = model.data["sources"][key]
        confidence = schema.get("confidence", source["confidence"])
        part[name] = {
            "from": setting.origin,
            "source": source["title"],
            "as_of": source["as_of"],
            "confidence": confidence,
        }
    return part
