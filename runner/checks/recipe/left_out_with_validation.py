"""Is a hyperparameter stated that only holds without a validation set?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model


def left_out_with_validation(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare `hyperparameters` with `split.validation`, for those that the schema marks.

    `R122`: a hyperparameter that the model takes only where no validation set is given.
    """
    method = model.methods.get(str(composed.mapping.get("method"))) if model else None
    values, split = composed.mapping.get("hyperparameters"), composed.mapping.get("split")
    if model is None or method is None or not isinstance(values, dict) or not isinstance(split, dict):
        return
    share = split.get("validation")
    if not isinstance(share, int | float) or isinstance(share, bool) or share <= 0:
        return
    for name, schema in method.hyperparameters.items():
        if schema.get("applies") == "without_validation" and values.get(name) is not None:
            only = f"{model.id} takes it only without a validation set"
            message = f"hyperparameters.{name} is given, but {only}, and split.validation is {share}"
            fix = f"leave hyperparameters.{name} out, or set split.validation: 0"
            source = model.source(schema["source"])
            yield composed.finding(
                f"hyperparameters.{name}", "R122", message, fix=fix, source=source, at_key=True
            )
