"""The teacher of a distillation job."""

from __future__ import annotations

from typing import Any

from runner.simulator.fixture import fixture
from runner.simulator.refused import Refused
from runner.simulator.rules import rule

PAIRS = rule(
    "A teacher distils only into its documented students",
    provenance="documented",
    source="user guide, prequisites-model-distillation; the error's wording is assumed",
)
PROFILE = rule(
    "Some teachers are named by an inference profile only",
    provenance="documented",
    source="user guide, prequisites-model-distillation",
)
ENDED = rule(
    "An ended model is no teacher",
    provenance="documented",
    source="user guide, model-lifecycle",
)
CONFIG = rule(
    "A distillation job has customizationConfig.distillationConfig",
    provenance="documented",
    source="API reference, CreateModelCustomizationJob; that the call refuses is assumed",
)
_REGIONS = ("us.", "eu.", "apac.", "jp.", "au.", "global.")


def require_teacher(base: str, params: dict[str, Any]) -> str:
    """The teacher's model id. Errors: `Refused` (ValidationException)."""
    config = params.get("customizationConfig", {}).get("distillationConfig")
    if config is None:
        raise Refused(
            "ValidationException", "customizationConfig.distillationConfig is required.", rule=CONFIG
        )
    given = str(config["teacherModelConfig"]["teacherModelIdentifier"])
    name = given.rpartition("/")[2]
    prefix = next((each for each in _REGIONS if name.startswith(each)), "")
    name = name.removeprefix(prefix)
    facts = fixture("base_models")["teachers"].get(name)
    if facts is None or base not in facts["students"]:
        raise Refused("ValidationException", f"{given} is not a teacher model for {base}.", rule=PAIRS)
    if facts["status"] != "ACTIVE":
        raise Refused(
            "ValidationException", f"The teacher model {given} has reached its end of life.", rule=ENDED
        )
    if facts["profile_only"] and not prefix:
        message = f"The teacher model {given} is supported through an inference profile only."
        raise Refused("ValidationException", message, rule=PROFILE)
    return name
