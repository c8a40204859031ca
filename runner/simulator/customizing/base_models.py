"""Which base models a job may customize, and how; from `fixtures/base_models.json`."""

from __future__ import annotations

import re
from typing import Any

from runner.simulator.fixture import fixture
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import ACCOUNT, Request, World

SHORT_IDS = rule(
    "A base model is found by its short id too; the reply names the one with version and context",
    provenance="recorded",
    source="cloud-custodian placebo data; terraform-provider-aws custom_model.go",
)
ON_TOP = rule(
    "A fine-tuned or distilled custom model can be the base of a new job, by name or ARN",
    provenance="documented",
    source="user guide, Submit a model customization job",
)
LEGACY = rule(
    "A Legacy or ended base model takes no new job",
    provenance="documented",
    source="user guide, model-lifecycle-legacy; the error's wording is assumed",
)
REGIONS = rule(
    "A base model is customized only in its regions",
    provenance="documented",
    source="user guide, custom-model-fine-tuning; ListFoundationModels dump of 2026-10-09",
)
METHODS = rule(
    "A base model takes only its customization types",
    provenance="documented",
    source="user guide, custom-models; the error's wording is assumed",
)


def resolved(world: World, request: Request) -> tuple[str, dict[str, Any]]:
    """The base model's full id and the facts of the method that is asked for."""
    identifier = request.params["baseModelIdentifier"]
    method = request.params.get("customizationType", "FINE_TUNING")
    base = _of_custom_model(world, request.region, identifier) or full_id(identifier)
    facts = fixture("base_models")["models"].get(base)
    if facts is None:
        raise Refused("ValidationException", "The provided model identifier is invalid.", rule=METHODS)
    if request.region not in facts["regions"]:
        message = f"The model {base} cannot be customized in {request.region}."
        raise Refused("ValidationException", message, rule=REGIONS)
    if state(world, base) != "ACTIVE":
        message = f"The model {base} is {state(world, base)} and cannot be used for new customization jobs."
        raise Refused("ValidationException", message, rule=LEGACY)
    if method not in facts["methods"]:
        message = f"The model {base} does not support the customization type {method}."
        raise Refused("ValidationException", message, rule=METHODS)
    return base, facts["methods"][method]


def state(world: World, base: str) -> str:
    """ACTIVE, LEGACY or ENDED, as settings may have changed it."""
    short = short_id(base)
    if {base, short} & set(world.setting("legacy_models")):
        return "LEGACY"
    for change in world.find("foundation-model"):
        if change["id"] in {base, short} and "lifecycle" in change:
            return str(change["lifecycle"]["status"])
    if {base, short} & set(world.setting("revived_models")):
        return "ACTIVE"
    return str(fixture("base_models")["models"][base]["status"])


def full_id(identifier: str) -> str:
    """The id with version and context of an id or ARN; empty for an unknown one."""
    name = identifier.partition(":foundation-model/")[2] or identifier
    known = fixture("base_models")["models"]
    if name in known:
        return name
    return next((each for each in known if name in {short_id(each), short_id(each).partition(":")[0]}), "")


def short_id(base: str) -> str:
    """The id that inference takes: without the context."""
    return re.sub(r":\d+k$", "", base)


def arn_of(region: str, base: str) -> str:
    """The foundation model's ARN."""
    return f"arn:aws:bedrock:{region}::foundation-model/{base}"


def _of_custom_model(world: World, region: str, identifier: str) -> str:
    by_name = world.find("custom-model", region=region, name=identifier)
    found = world.get("custom-model", identifier) or (by_name[0] if by_name else None)
    if found is None and f":{ACCOUNT}:custom-model/" in identifier:
        raise Refused("ResourceNotFoundException", f"Could not find custom model {identifier}", rule=ON_TOP)
    if found is None:
        return ""
    if found["customizationType"] not in {"FINE_TUNING", "DISTILLATION"}:
        raise Refused("ValidationException", "This custom model cannot be customized again.", rule=ON_TOP)
    return str(found["baseModelArn"]).partition(":foundation-model/")[2]
