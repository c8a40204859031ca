"""The model and the method that a user means, by any identifier that AWS or this program knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from runner.errors import RunnerError
from runner.model import Method, Model, load_model

METHODS = ("fine_tuning", "continued_pre_training", "distillation", "reinforcement_fine_tuning")

_CONTEXT = re.compile(r":\d+k$")
_VERSION = re.compile(r":\d+$")
_REGION = re.compile(r"^[a-z]{2,6}(-[a-z]+)?\.(?=[a-z0-9-]+\.)")


def model_named(name: str) -> Model:
    """The model with this id or alias, with or without context suffix, region prefix or ARN around it.

    Errors: `RunnerError` when no schema knows it.
    """
    wrong: RunnerError | None = None
    for candidate in dict.fromkeys(_candidates(name)):
        try:
            return load_model(candidate)
        except RunnerError as error:
            wrong = wrong or error
    assert wrong is not None
    raise wrong


def _candidates(name: str) -> Iterator[str]:
    yield name
    plain = name.strip().rpartition("/")[2] if name.startswith("arn:") else name.strip()
    for base in (plain, _REGION.sub("", plain)):
        yield base
        short = _CONTEXT.sub("", base)
        yield short
        yield _VERSION.sub("", short)
        yield f"{short}:0"


def method_named(model: Model, name: str) -> Method:
    """The method of a model. Errors: `RunnerError` when there is no such method, or the model lacks it."""
    if name not in METHODS:
        close = difflib.get_close_matches(name.lower().replace("-", "_"), METHODS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"one of: {', '.join(METHODS)}"
        raise RunnerError(f"there is no method {name!r}", fix=hint)
    if name not in model.methods:
        raise RunnerError(
            f"{model.name} ({model.id}) has no method {name}", fix=f"it has: {', '.join(model.methods)}"
        )
    return model.methods[name]
