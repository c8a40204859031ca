"""A dataset as text for people: what was read, what each step did, tokens with bounds, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from runner.model import Model
from runner.text.token_bounds import total_bounds

if TYPE_CHECKING:
    from runner.dataset import Dataset


def dataset_text(dataset: Dataset, model: Model) -> str:
    """The lines that `runner build` prints."""
    manifest = dataset.manifest
    return "\n".join(
        [
            *_sources(manifest),
            *_steps(manifest),
            *_totals(manifest),
            *_tokens(manifest, model),
            *_files(manifest),
            f"dataset: {dataset.folder}",
        ]
    )


def _sources(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "read"
    for source in manifest["sources"]:
        licence = f"  licence {source['licence']}" if "licence" in source else ""
        yield f"  {source['label']:<22} {source['records']:>9,}  {source['location']}{licence}"


def _steps(manifest: Mapping[str, Any]) -> Iterator[str]:
    if not manifest["steps"]:
        return
    yield f"steps {'':<18} {'in':>9} {'changed':>9} {'created':>9} {'dropped':>9} {'kept':>9}"
    for step in manifest["steps"]:
        dropped = sum(step["dropped"].values())
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in step["dropped"].items())
        counts = " ".join(
            f"{n:>9,}" for n in (step["in"], step["changed"], step["created"], dropped, step["kept"])
        )
        yield f"  {step['label']:<22} {counts}" + (f"  {reasons}" if reasons else "")


def _totals(manifest: Mapping[str, Any]) -> Iterator[str]:
    totals = manifest["totals"]
    created = f" + {totals['created']:,} created" if totals["created"] else ""
    kept, dropped = totals["kept"], totals["dropped"]
    yield f"records: {totals['read']:,} read{created} = {kept:,} kept + {dropped:,} dropped"
    validation, unused = totals["validation"], totals["unused"]
    yield f"split: {totals['train']:,} training, {validation:,} validation, {unused:,} not used"


def _tokens(manifest: Mapping[str, Any], model: Model) -> Iterator[str]:
    tokens = manifest["tokens"]
    for side in ("train", "validation"):
        if numbers := tokens[side]:
            scripts = (tokens.get("scripts") or {}).get(side) or {"": numbers["total"]}
            bounds = total_bounds(model, scripts)
            spread = (
                "" if bounds.low == bounds.high else f" ({bounds.low:,} to {bounds.high:,} for {model.name})"
            )
            yield (
                f"tokens, {side}: {numbers['total']:,} of {tokens['tokenizer']}{spread};"
                f" per record {numbers['min']:,} to {numbers['max']:,}, median {numbers['p50']:,}"
            )


def _files(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "files"
    for name, facts in manifest["files"].items():
        size = f"{facts['records']:>9,} records {facts['bytes']:>12,} bytes"
        yield f"  {name:<18} {size}  sha256 {facts['sha256']}"
