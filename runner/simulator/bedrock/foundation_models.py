"""Base models: ListFoundationModels, GetFoundationModel. Their facts are the simulator's own."""

from __future__ import annotations

from typing import Any

from runner.simulator.fixture import fixture
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

KIND = "foundation-model"
"""Documents `{"id": …, "lifecycle": {…}}` of this kind change what the fixture says of an identifier."""

BASE_IS_NOT_CUSTOMIZED = rule(
    "The identifier with a context size is the one that can be customized, and is listed as PROVISIONED",
    provenance="recorded",
    source="dump of ListFoundationModels in bedrock-usage-analyzer 0.7.0b0 (2026-10-09)",
)
UNKNOWN = rule(
    "GetFoundationModel of an identifier that the region has not is a ResourceNotFoundException",
    provenance="documented",
    source="botocore 1.44.5: errors of GetFoundationModel",
)
REGIONAL = rule(
    "Every region has its own list",
    provenance="recorded",
    source="dumps of ListFoundationModels of 34 regions in bedrock-usage-analyzer 0.7.0b0",
)
BEYOND_THE_ENUMERATIONS = rule(
    "Replies hold words outside the enumerations: VIDEO, INFERENCE_PROFILE, PREFERENCE_FINE_TUNING",
    provenance="recorded",
    source="the same dumps; recorded replies in cloud-custodian",
)


def list_foundation_models(world: World, request: Request) -> dict[str, Any]:
    """The models of a region, filtered."""
    params = request.params
    wanted = (
        ("byCustomizationType", "customizationsSupported"),
        ("byOutputModality", "outputModalities"),
        ("byInferenceType", "inferenceTypesSupported"),
    )
    found = [
        summary
        for summary in models_of(world, request.region)
        if all(params[name] in summary[member] for name, member in wanted if name in params)
        and params.get("byProvider", "").lower() in ("", summary["providerName"].lower())
    ]
    return {"modelSummaries": found}


def get_foundation_model(world: World, request: Request) -> dict[str, Any]:
    """One model, by identifier or ARN."""
    identifier = request.params["modelIdentifier"]
    found = base_model(world, request.region, identifier)
    if found is None:
        message = f"Could not find the foundation model {identifier}"
        raise Refused("ResourceNotFoundException", message, rule=UNKNOWN)
    return {"modelDetails": found}


def base_model(world: World, region: str, identifier: str) -> dict[str, Any] | None:
    """The summary of the model with this identifier or ARN in a region; None if the region has it not."""
    name = identifier.rpartition("foundation-model/")[2]
    return next((summary for summary in models_of(world, region) if summary["modelId"] == name), None)


def models_of(world: World, region: str) -> list[dict[str, Any]]:
    """Every model of a region as AWS summarizes it."""
    facts = fixture("foundation_models")
    entries = {entry["id"]: entry for entry in facts["models"]}
    for change in world.find(KIND):
        entries[change["id"]] = {**entries.get(change["id"], {}), **change}
    regions = facts["regions"]
    for name in world.setting("legacy_models"):
        life = {"status": "LEGACY", "legacyTime": world.stamp()}
        entries[name] = {"lifecycle": life, **entries.get(name, {"id": name})}
    return [
        _summary(entry, region)
        for entry in entries.values()
        if region in (regions if entry.get("regions", "all") == "all" else entry["regions"])
    ]


def _summary(entry: dict[str, Any], region: str) -> dict[str, Any]:
    return {
        "modelArn": f"arn:aws:bedrock:{region}::foundation-model/{entry['id']}",
        "modelId": entry["id"],
        "modelName": entry.get("name", entry["id"]),
        "providerName": entry.get("provider", "Amazon"),
        "inputModalities": entry.get("input", ["TEXT"]),
        "outputModalities": entry.get("output", ["TEXT"]),
        "responseStreamingSupported": entry.get("streaming", True),
        "customizationsSupported": entry.get("customizations", []),
        "inferenceTypesSupported": entry.get("inference", []),
        "modelLifecycle": entry.get("lifecycle", {"status": "ACTIVE"}),
    }
