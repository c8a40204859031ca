"""Can a job of this kind run in the region?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model
from runner.schema import did_you_mean


def region_offered(composed: Composed, model: Model | None) -> Iterator[Finding]:
    """Compare `region` with the regions of the model and method.

    `R108`: the region is missing, or customization is not offered there, or a local model has one.
    """
    method = model.methods.get(str(composed.mapping.get("method"))) if model else None
    region = composed.mapping.get("region")
    if model is None or method is None or not isinstance(region, str | None):
        return
    stated = method.data.get("regions") or {}
    regions, key = stated.get("value"), stated.get("source")
    source = model.source(key) if key else ""
    if model.platform == "local":
        if region is not None:
            message = f"region is {region}, but {model.id} runs on this machine"
            yield composed.finding("region", "R108", message, severity="advice", fix="set region: null")
    elif region is None:
        fix = f"one of: {', '.join(regions)}" if regions else "name the region of the job"
        message = f"region is missing: {model.id} is customized on Amazon Bedrock"
        yield composed.finding("region", "R108", message, fix=fix, source=source, missing=True)
    elif not regions:
        message = f"it is not known in which regions {model.id} offered {method.name}"
        yield composed.finding("region", "R108", message, severity="advice")
    elif region not in regions:
        message = f"{model.id} offers {method.name} in {', '.join(regions)}, not in {region}"
        guess = did_you_mean(region, regions, cutoff=0.85).removeprefix("; ")
        fix = guess or f"set region: {regions[0]}"
        yield composed.finding("region", "R108", message, fix=fix, source=source)
