"""Do the options of every step make sense together?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.compose import Composed
from runner.errors import RunnerError
from runner.finding import Finding
from runner.model import Model
from runner.plugins import load


def step_options(composed: Composed, _model: Model | None) -> Iterator[Finding]:
    """Make each step with nothing to read: a step looks at its options before it looks at a record.

    `R120`: options that the types allow, but the step does not: a minimum above its maximum, a pattern that
      does not compile.
    """
    steps = composed.mapping.get("steps")
    for label, step in steps.items() if isinstance(steps, dict) else ():
        options = dict(step) if isinstance(step, dict) else {}
        kind = options.pop("kind", None) or label
        if message := _refusal(kind, options):
            option = message.partition(" ")[0].partition(".")[0]
            path = f"steps.{label}.{option}" if option in options else f"steps.{label}"
            yield composed.finding(path, "R120", f"steps.{label}: {message}")


def _refusal(kind: Any, options: Mapping[str, Any]) -> str:
    """What the step says against its options; "" for nothing, or nothing that is not said elsewhere."""
    try:
        load("steps", kind)(iter(()), **options)
    except (ValueError, OverflowError) as error:
        return str(error)
    except (RunnerError, TypeError, AttributeError):
        return ""  # an unknown step, an unknown option, a wrong type: the schema's findings
    return ""
