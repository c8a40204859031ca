"""Does the model offer the method?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model, models
from runner.schema import did_you_mean


def method_offered(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare `method` with the methods in the model's schema.

    `R107`: the model does not offer this method; or no model does.
    """
    method = composed.mapping.get("method")
    if not isinstance(method, str) or (model is not None and method in model.methods):
        return
    offering = [other for other in models() if method in other.methods]
    alive = [other.id for other in offering if other.lifecycle.get("jobs_allowed") is not False]
    known = {name for other in models() for name in other.methods}
    if model is None and offering:
        return
    if not offering:
        message = f"no model offers the method {method!r}{did_you_mean(method, known)}"
    elif model is not None:
        offered = f"it offers {', '.join(model.methods)}" if model.methods else "it could only teach"
        message = f"{model.id} does not offer {method}; {offered}"
    if alive:
        fix = f"{method} is offered by {', '.join(alive[:5])}"
    elif offering:
        fix = f"no model offers {method} today ({', '.join(other.id for other in offering[:3])} did)"
    else:
        fix = f"one of: {', '.join(sorted(known) if model is None else model.methods)}"
    yield composed.finding("method", "R107", message, fix=fix)
