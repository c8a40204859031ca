"""On-demand deployments of custom models: Create, Get, List, DeleteCustomModelDeployment."""

from __future__ import annotations

from typing import Any

from runner.simulator import tagging
from runner.simulator.hosted import custom_model, one, repeated, require_free_name, require_hosted
from runner.simulator.paging import in_order, page
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

KIND = "deployment"
BUSY = rule(
    "A deployment that is being created cannot be deleted",
    provenance="assumed",
    source="DeleteCustomModelDeployment lists ConflictException; when it comes is not documented",
)
TWO_AT_A_TIME = rule(
    "At most two deployments are in progress at a time",
    provenance="assumed",
    source="met by a third-party project; the quota's number is not documented",
)


def create_custom_model_deployment(world: World, request: Request) -> dict[str, Any]:
    """Host an active custom model; it is `Creating` for a while."""
    if made := repeated(world, KIND, request):
        return {"customModelDeploymentArn": made["arn"]}
    params, region = request.params, request.region
    model = custom_model(world, params["modelArn"], region)
    require_hosted(model, "on_demand", region)
    require_free_name(world, KIND, params["modelDeploymentName"], region)
    if len(world.find(KIND, region=region, status="Creating")) >= 2:
        raise Refused(
            "ServiceQuotaExceededException", "Too many deployments in progress.", rule=TWO_AT_A_TIME
        )
    arn = world.arn(region, f"custom-model-deployment/{world.id()}")
    document = {
        "arn": arn,
        "name": params["modelDeploymentName"],
        "region": region,
        "modelArn": model["arn"],
        "status": "Creating",
        "made": world.seconds(),
        "token": params.get("clientRequestToken"),
        "description": params.get("description"),
    }
    world.put(KIND, arn, document)
    tagging.start(world, arn, params.get("tags"))
    return {"customModelDeploymentArn": arn}


def get_custom_model_deployment(world: World, request: Request) -> dict[str, Any]:
    """One deployment by name or ARN."""
    found = one(world, KIND, request.params["customModelDeploymentIdentifier"], request.region)
    reply = {**_summary(world, found), "modelDeploymentName": found["name"]}
    del reply["customModelDeploymentName"]
    return {**reply, **({"description": found["description"]} if found["description"] else {})}


def list_custom_model_deployments(world: World, request: Request) -> dict[str, Any]:
    """All of a region, in pages."""
    asked = request.params
    found = [
        _summary(world, each)
        for each in world.find(KIND, region=request.region)
        if asked.get("nameContains", "") in each["name"]
        and asked.get("statusEquals", each["status"]) == each["status"]
        and asked.get("modelArnEquals", each["modelArn"]) == each["modelArn"]
    ]
    return page(in_order(found, asked), asked, "modelDeploymentSummaries")


def delete_custom_model_deployment(world: World, request: Request) -> dict[str, Any]:
    """Remove one by name or ARN."""
    found = one(world, KIND, request.params["customModelDeploymentIdentifier"], request.region)
    if found["status"] == "Creating":
        raise Refused("ConflictException", f"{found['name']} is being created.", rule=BUSY)
    world.delete(KIND, found["arn"])
    tagging.end(world, found["arn"])
    return {}


def settle(world: World) -> None:
    """Creating becomes Active."""
    wait = world.setting("deployment_creating_seconds")
    for each in world.find(KIND, status="Creating"):
        if world.seconds() >= each["made"] + wait:
            world.put(KIND, each["arn"], {**each, "status": "Active"})


def _summary(world: World, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "customModelDeploymentArn": found["arn"],
        "customModelDeploymentName": found["name"],
        "modelArn": found["modelArn"],
        "createdAt": world.stamp(found["made"]),
        "status": found["status"],
    }
