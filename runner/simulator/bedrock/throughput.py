"""Provisioned Throughput: create, get, list and delete it, and the hours it was billed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from runner.simulator import tagging
from runner.simulator.hosted import custom_model, one, repeated, require_free_name, require_hosted
from runner.simulator.paging import in_order, page
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

KIND = "throughput"
MONTHS = {"OneMonth": 1, "SixMonths": 6}
COMMITTED = rule(
    "A throughput with a commitment cannot be deleted before its term is over",
    provenance="documented",
    source="guide prov-thru-delete.html",
)
BUSY = rule(
    "A throughput that is being created cannot be deleted",
    provenance="assumed",
    source="DeleteProvisionedModelThroughput lists ConflictException; when it comes is not documented",
)
UNITS = rule(
    "A new account has few model units without commitment",
    provenance="recorded",
    source="AWS notebooks 2024-2025: one unit a throughput, two throughputs",
)
BILLED = rule(
    "A throughput is billed by the hour from its creation to its deletion",
    provenance="documented",
    source="guide prov-throughput.html: billed hourly; from which moment on is assumed",
)


def create_provisioned_model_throughput(world: World, request: Request) -> dict[str, Any]:
    """Buy model units; they are `Creating` for a while."""
    if made := repeated(world, KIND, request):
        return {"provisionedModelArn": made["arn"]}
    params, region = request.params, request.region
    model = custom_model(world, params["modelId"], region)
    require_hosted(model, "provisioned", region)
    require_free_name(world, KIND, params["provisionedModelName"], region)
    commitment = params.get("commitmentDuration")
    if not commitment:
        _require_units(world, params["modelUnits"], region)
    arn = world.arn(region, f"provisioned-model/{world.id()}")
    document = {
        "arn": arn,
        "name": params["provisionedModelName"],
        "region": region,
        "modelArn": model["arn"],
        "base": model["baseModelArn"],
        "units": params["modelUnits"],
        "commitment": commitment,
        "until": _months_later(world.seconds(), MONTHS[commitment]) if commitment else None,
        "status": "Creating",
        "made": world.seconds(),
        "token": params.get("clientRequestToken"),
    }
    world.put(KIND, arn, document)
    tagging.start(world, arn, params.get("tags"))
    return {"provisionedModelArn": arn}


def get_provisioned_model_throughput(world: World, request: Request) -> dict[str, Any]:
    """One throughput by name or ARN."""
    return _shown(world, one(world, KIND, request.params["provisionedModelId"], request.region))


def list_provisioned_model_throughputs(world: World, request: Request) -> dict[str, Any]:
    """All of a region, in pages."""
    asked = request.params
    found = [
        _shown(world, each)
        for each in world.find(KIND, region=request.region)
        if asked.get("nameContains", "") in each["name"]
        and asked.get("statusEquals", each["status"]) == each["status"]
        and asked.get("modelArnEquals", each["modelArn"]) == each["modelArn"]
    ]
    return page(in_order(found, asked), asked, "provisionedModelSummaries")


def delete_provisioned_model_throughput(world: World, request: Request) -> dict[str, Any]:
    """Remove one by name or ARN; its bill ends."""
    found = one(world, KIND, request.params["provisionedModelId"], request.region)
    if found["status"] == "Creating":
        raise Refused("ConflictException", f"{found['name']} is being created.", rule=BUSY)
    if found["until"] and world.seconds() < found["until"]:
        message = f"{found['name']} has a commitment until {world.stamp(found['until'])}."
        raise Refused("ValidationException", message, rule=COMMITTED)
    remove(world, found, world.seconds())
    return {}


def remove(world: World, found: dict[str, Any], at: float) -> None:
    """Delete it as of a moment, and keep what it cost: unit hours."""
    hours = found["units"] * (at - found["made"]) / 3600
    bill = {
        "arn": found["arn"],
        "base": found["base"],
        "commitment": found["commitment"],
        "unit_hours": hours,
    }
    world.put("throughput-bill", found["arn"], bill)
    world.delete(KIND, found["arn"])
    tagging.end(world, found["arn"])


def unit_hours(world: World) -> float:
    """What all throughput has been billed so far, in model unit hours."""
    ended = sum(each["unit_hours"] for each in world.find("throughput-bill"))
    standing = sum(each["units"] * (world.seconds() - each["made"]) / 3600 for each in world.find(KIND))
    return float(ended + standing)


def settle(world: World) -> None:
    """Creating becomes InService."""
    wait = world.setting("throughput_creating_seconds")
    for each in world.find(KIND, status="Creating"):
        if world.seconds() >= each["made"] + wait:
            world.put(KIND, each["arn"], {**each, "status": "InService"})


def _require_units(world: World, units: int, region: str) -> None:
    standing = sum(each["units"] for each in world.find(KIND, region=region) if not each["commitment"])
    if standing + units > world.setting("throughputs_without_commitment"):
        raise Refused(
            "ServiceQuotaExceededException", "No model units without commitment are left.", rule=UNITS
        )


def _months_later(seconds: float, months: int) -> float:
    """The same day of a later month, or its last one."""
    moment = datetime.fromtimestamp(seconds, UTC)
    years, month = divmod(moment.month - 1 + months, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=moment.year + years, month=month + 1, day=day).timestamp()
        except ValueError:
            continue
    return moment.replace(year=moment.year + years, month=month + 1).timestamp()


def _shown(world: World, found: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "modelUnits": found["units"],
        "desiredModelUnits": found["units"],
        "provisionedModelName": found["name"],
        "provisionedModelArn": found["arn"],
        "modelArn": found["modelArn"],
        "desiredModelArn": found["modelArn"],
        "foundationModelArn": found["base"],
        "status": found["status"],
        "creationTime": world.stamp(found["made"]),
        "lastModifiedTime": world.stamp(found["made"]),
    }
    if found["commitment"]:
        shown["commitmentDuration"] = found["commitment"]
        shown["commitmentExpirationTime"] = world.stamp(found["until"])
    return shown
