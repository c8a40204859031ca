"""Is a token limit stated for the batch size, where the two depend on each other?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.making import as_stated
from runner.model import Model


def batch_size_has_limit(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare `hyperparameters.batchSize` with the rows of the model's token limit.

    `R124`: the batch size is allowed, but no token limit is stated for it; or it makes the limit smaller.
    """
    method = model.methods.get(str(composed.mapping.get("method"))) if model else None
    values = composed.mapping.get("hyperparameters")
    if model is None or method is None or not isinstance(values, dict):
        return
    limit = method.limit("record_tokens")
    rows = limit.get("by_batch_size", ())
    batch = as_stated(values.get("batchSize"), method.hyperparameters.get("batchSize", {}))
    if not rows or not isinstance(batch, int) or isinstance(batch, bool):
        return
    path, source = "hyperparameters.batchSize", model.source(limit["source"])
    last = rows[-1]
    if batch > last["maximum"]:
        message = (
            f"no token limit is stated for batchSize {batch}: {model.id} takes {last['tokens']:,} tokens a "
            f"record up to batchSize {last['maximum']}"
        )
        fix = f"use batchSize {last['maximum']} or less"
        yield composed.finding(path, "R124", message, severity="warning", fix=fix, source=source)
    elif batch > rows[0]["maximum"]:
        tokens = next(row["tokens"] for row in rows if row["minimum"] <= batch <= row["maximum"])
        usual = f"{rows[0]['tokens']:,}"
        message = f"with batchSize {batch} a record of {model.id} may have {tokens:,} tokens, not {usual}"
        fix = f"batchSize {rows[0]['maximum']} or less keeps {usual}"
        yield composed.finding(path, "R124", message, severity="advice", fix=fix, source=source)
