"""Custom models: GetCustomModel, ListCustomModels, DeleteCustomModel."""

from __future__ import annotations

from typing import Any

from runner.simulator import tagging
from runner.simulator.paging import chosen, in_order, page
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import ACCOUNT, Request, World

ARN = rule(
    "A custom model's ARN ends in <base model with version and context>/<12 letters and digits>",
    provenance="recorded",
    source="test data of cloud-custodian and cloudsploit (custom-model/amazon.titan-text-lite-v1:0:4k/...)",
)
APPEARS = rule(
    "The custom model appears when its job completes, not before; the job's outputModelArn is its ARN",
    provenance="documented",
    source="API reference: a job is Completed when the output model is ready to use",
)
EMPTY_NAME = rule(
    "modelSummaries carry an empty baseModelName",
    provenance="recorded",
    source="cloud-custodian placebo data (2023-11), cloudsploit test data",
)
IN_USE = rule(
    "A custom model with a deployment or Provisioned Throughput cannot be deleted: ConflictException",
    provenance="documented",
    source="API reference, DeleteCustomModel; user guide; the error's wording is assumed",
)
_COPIED = ("trainingDataConfig", "outputDataConfig", "validationDataConfig", "customizationConfig")
_USERS = ("deployment", "throughput")


def get_custom_model(world: World, request: Request) -> dict[str, Any]:
    """Everything about one custom model."""
    model = found(world, request, request.params["modelIdentifier"])
    return {
        "modelArn": model["arn"],
        "modelName": model["name"],
        "modelStatus": model["status"],
        "creationTime": world.stamp(model["made"]),
        **{name: value for name, value in model.items() if name not in _OURS},
    }


def list_custom_models(world: World, request: Request) -> dict[str, Any]:
    """The custom models of a region, newest first."""
    params = request.params
    models = [
        each
        for each in chosen(world.find("custom-model", region=request.region), params)
        if params.get("modelStatus") in {None, each["status"]}
        and params.get("baseModelArnEquals") in {None, each["baseModelArn"]}
        and params.get("foundationModelArnEquals") in {None, each["baseModelArn"]}
    ]
    if params.get("isOwned") is False:
        models = []
    return page(in_order([_summary(world, each) for each in models], params), params, "modelSummaries")


def delete_custom_model(world: World, request: Request) -> dict[str, Any]:
    """Delete a model that nothing serves."""
    model = found(world, request, request.params["modelIdentifier"])
    users = [each["arn"] for kind in _USERS for each in world.find(kind, modelArn=model["arn"])]
    if users:
        message = f"The custom model is in use by {', '.join(users)}; delete these first."
        raise Refused("ConflictException", message, rule=IN_USE)
    world.delete("custom-model", model["arn"])
    tagging.end(world, model["arn"])
    return {}


def settle(world: World) -> None:
    """Creating becomes Active."""
    for model in world.find("custom-model", status="Creating"):
        if world.seconds() >= model["made"] + world.setting("model_creating_seconds"):
            world.put("custom-model", model["arn"], {**model, "status": "Active"})


def found(world: World, request: Request, identifier: str) -> dict[str, Any]:
    """The model of a name or ARN. Errors: `Refused` (ResourceNotFoundException)."""
    model = world.get("custom-model", identifier)
    if model is None:
        model = next(iter(world.find("custom-model", region=request.region, name=identifier)), None)
    if model is None or model["region"] != request.region:
        raise Refused("ResourceNotFoundException", f"Could not find custom model {identifier}")
    return model


def made_by(world: World, job: dict[str, Any]) -> str:
    """Make the model of a job that has completed; returns its ARN."""
    arn = world.arn(job["region"], f"custom-model/{job['base']}/{world.id()}")
    asked = job["request"]
    creating = world.setting("model_creating_seconds") > 0
    document = {
        "arn": arn,
        "name": job["modelName"],
        "region": job["region"],
        "status": "Creating" if creating else "Active",
        "made": job["ended"],
        "jobArn": job["arn"],
        "jobName": job["name"],
        "baseModelArn": job["baseModelArn"],
        "customizationType": job["customizationType"],
        "hyperParameters": job["hyperParameters"],
        "modelKmsKeyArn": asked.get("customModelKmsKeyId"),
        "trainingMetrics": job.get("trainingMetrics"),
        "validationMetrics": job["validationMetrics"],
        **{name: asked[name] for name in _COPIED if name in asked},
    }
    world.put("custom-model", arn, document)
    tagging.start(world, arn, asked.get("customModelTags"))
    return arn


def plant(
    world: World,
    *,
    name: str,
    base: str = "amazon.nova-micro-v1:0:128k",
    region: str = "us-east-1",
    tags: list[dict[str, str]] | None = None,
) -> str:
    """Put a finished custom model into the world, for tests of what comes after it; returns its ARN."""
    job_arn = world.arn(region, f"model-customization-job/{base}/{world.id()}")
    job = {
        "region": region,
        "base": base,
        "arn": job_arn,
        "name": f"{name}-job",
        "modelName": name,
        "ended": world.seconds(),
        "baseModelArn": f"arn:aws:bedrock:{region}::foundation-model/{base}",
        "customizationType": "FINE_TUNING",
        "hyperParameters": {},
        "validationMetrics": [],
        "request": {"customModelTags": tags or []},
    }
    with world.transaction():
        return made_by(world, job)


_OURS = {"arn", "name", "region", "status", "made"}


def _summary(world: World, model: dict[str, Any]) -> dict[str, Any]:
    return {
        "modelArn": model["arn"],
        "modelName": model["name"],
        "creationTime": world.stamp(model["made"]),
        "baseModelArn": model["baseModelArn"],
        "baseModelName": "",
        "customizationType": model["customizationType"],
        "ownerAccountId": ACCOUNT,
        "modelStatus": model["status"],
    }
