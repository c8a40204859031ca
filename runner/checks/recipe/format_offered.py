"""Is the record format the one that the model reads?"""

from __future__ import annotations

from collections.abc import Iterator

from runner import plugins
from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model

_PLAIN_TEXT = "input_text"


def format_offered(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare `format.kind` with what the model takes. A local model reads every format of its kind.

    `R121`: the model does not take records of this format for the method.
    """
    stated = composed.mapping.get("format")
    kind = stated.get("kind") if isinstance(stated, dict) else None
    method = model.methods.get(str(composed.mapping.get("method"))) if model else None
    if model is None or method is None or kind not in plugins.names("formats") or kind == method.format:
        return  # an unknown kind is a finding of the schema
    same_kind = (kind == _PLAIN_TEXT) == (method.format == _PLAIN_TEXT)
    if model.platform == "local" and same_kind:
        return
    message = f"format.kind is {kind}, but {model.id} takes {method.format} for {method.name}"
    yield composed.finding("format.kind", "R121", message, fix="leave format.kind out: the model decides it")
