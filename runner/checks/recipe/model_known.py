"""Is there a capability schema for the model, and is the model still alive?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model, model_names
from runner.schema import did_you_mean


def model_known(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Look the model up by id or alias.

    `R106`: no capability schema has this id or alias.
    `R110`: the model takes no new jobs: the recipe is checked against its history, and `plan` will refuse it.
    """
    name = composed.mapping.get("model")
    if not isinstance(name, str):
        return
    if model is None:
        message = f"model {name!r} is not known{did_you_mean(name, model_names())}"
        yield composed.finding("model", "R106", message, fix="`runner models` lists the ids and aliases")
        return
    life = model.lifecycle
    if life.get("jobs_allowed") is False:
        since = f" since {life['end_date']}" if life.get("end_date") else ""
        others = ", ".join(model.data.get("alternatives", ())[:3])
        yield composed.finding(
            "model",
            "R110",
            f"{model.id} takes no new jobs{since}; the recipe is checked against its history",
            severity="warning",
            fix=f"`plan` and `run` will refuse; alternatives: {others}"
            if others
            else "`plan` and `run` will refuse",
            source=model.source(life["source"]) if life.get("source") else "",
        )
