"""The training files themselves, judged like files that no recipe built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runner import plugins
from runner.examining.lengths import Lengths
from runner.examining.record_schema import source_of
from runner.examining.rules import DataFile, Rules, Side
from runner.examining.scan import Scan
from runner.examining.tally import Tally
from runner.finding import Finding, Place
from runner.model import Model
from runner.reading.compression import blocks
from runner.recipe import Recipe

if TYPE_CHECKING:
    from runner.dataset import Dataset

_SIDES: tuple[Side, ...] = ("train", "validation")
_TOLD_ELSEWHERE = ("D220",)
"""Reserved words: a finding of their own tells which steps help."""
_STEPS = {
    "D215": "strip_control with drop_empty drops such records",
    "D240": "strip_control with broken: drop drops such records",
}


def contents(recipe: Recipe, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """Every line as Bedrock will read it, by the rules of `runner validate --data`; local models take more.

    The findings are those of `runner/checks/records/` and `runner/examining/`, one for each rule.
    """
    method, kind = model.methods.get(recipe.method), recipe.format.kind
    if method is None or model.platform != "bedrock" or kind not in plugins.names("checks.records"):
        return
    files = [(side, dataset.folder / f"{side}.jsonl") for side in _SIDES]
    files = [(side, file) for side, file in files if file.exists()]
    tally = Tally(show=1)
    rules = Rules(model, method, kind, batch_size=_batch_size(recipe))
    scan = Scan(rules, tally, Lengths.of(rules, tokens=False))  # repeats and tokens have checks of their own
    for number, (side, file) in enumerate(files):
        if file.stat().st_size:  # an empty file has findings of its own
            with file.open("rb") as handle:
                scan.read(number, DataFile(file.name, str(file), side), blocks(handle, None, file.name))
    for number, count, note in tally.noted():
        fault = note.fault
        if fault.code in _TOLD_ELSEWHERE:
            continue
        step = _STEPS.get(fault.code, "filter_pattern drops records")
        times = f" ({count:,} records)" if count > 1 else ""
        yield Finding(
            fault.code,
            f"{fault.path}: {fault.message}{times}" if fault.path else f"{fault.message}{times}",
            fault.severity,
            place=Place(str(files[number][1]), note.line),
            path="sources",
            fix=f"{fault.hint}; in a recipe, the step {step}",
            source=source_of(fault, kind),
        )


def _batch_size(recipe: Recipe) -> int | None:
    batch = recipe.hyperparameters.get("batchSize")
    return batch if isinstance(batch, int) else None
