"""Customization jobs: CreateModelCustomizationJob, Get, List, Stop, and their states on the clock."""

from __future__ import annotations

from typing import Any

from runner.simulator import tagging
from runner.simulator.bedrock import custom_models
from runner.simulator.customizing import creation, data, metrics, phases
from runner.simulator.idempotency import earlier_reply, remember
from runner.simulator.paging import chosen, in_order, page
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

ARN = rule(
    "A job's ARN ends in <base model with version and context>/<12 letters and digits>, without its name",
    provenance="recorded",
    source="cloud-custodian tests/test_bedrock.py (model-customization-job/cohere.command-text-v14:7:4k/...)",
)
KEYS = rule(
    "InProgress: no outputModelArn, endTime, trainingMetrics, failureMessage, nor a validationDataConfig that"
    " was not given; validationMetrics is []",
    provenance="recorded",
    source="cloud-custodian placebo data, 5 Get replies of 2024-02 (aws-behaviour.md, section 1)",
)
MOVES = rule(
    "lastModifiedTime moves while a job is in progress, and is a moment after endTime when it has ended",
    provenance="recorded",
    source="cloud-custodian placebo data; aquasecurity/cloudsploit bedrock spec data (0.6 s)",
)
STOPS = rule(
    "Stopping takes time: the first Get after Stop says Stopping",
    provenance="recorded",
    source="cloud-custodian test_bedrock_customization_job_no_enc_stop",
)
ONLY_RUNNING = rule(
    "Only a job in progress can be stopped: ConflictException",
    provenance="assumed",
    source="the model has ConflictException for StopModelCustomizationJob; when it comes is not documented",
)
_ECHOED = (
    "trainingDataConfig",
    "outputDataConfig",
    "validationDataConfig",
    "vpcConfig",
    "customizationConfig",
)
_HEARTBEAT = 60


def create_model_customization_job(world: World, request: Request) -> dict[str, Any]:
    """Start a job."""
    earlier = earlier_reply(world, request)
    if earlier is not None:
        return earlier
    job = creation.accepted(world, request, world.id())
    now = world.seconds()
    job |= {
        "name": request.params["jobName"],
        "modelName": request.params["customModelName"],
        "status": "InProgress",
        "live": True,
        "made": now,
        "phases": phases.planned(world, now),
    }
    world.put("job", job["arn"], job)
    tagging.start(world, job["arn"], request.params.get("jobTags"))
    return remember(world, request, {"jobArn": job["arn"]})


def get_model_customization_job(world: World, request: Request) -> dict[str, Any]:
    """Everything about one job."""
    job = _found(world, request)
    asked = job["request"]
    reply = {
        "jobArn": job["arn"],
        "jobName": job["name"],
        "outputModelName": job["modelName"],
        "outputModelArn": job.get("modelArn"),
        "clientRequestToken": asked.get("clientRequestToken"),
        "roleArn": asked["roleArn"],
        "baseModelArn": job["baseModelArn"],
        "customizationType": job["customizationType"],
        "outputModelKmsKeyArn": asked.get("customModelKmsKeyId"),
        "failureMessage": job.get("failureMessage"),
        "trainingMetrics": job.get("trainingMetrics"),
        "validationMetrics": job.get("validationMetrics", []),
        "hyperParameters": job["hyperParameters"],
        **_times(world, job),
    }
    return reply | {name: asked[name] for name in _ECHOED if name in asked}


def list_model_customization_jobs(world: World, request: Request) -> dict[str, Any]:
    """The jobs of a region, newest first."""
    wanted = request.params.get("statusEquals")
    jobs = chosen(world.find("job", region=request.region), request.params)
    summaries = [_summary(world, each) for each in jobs if wanted in {None, each["status"]}]
    return page(in_order(summaries, request.params), request.params, "modelCustomizationJobSummaries")


def stop_model_customization_job(world: World, request: Request) -> dict[str, Any]:
    """Ask a job to stop."""
    job = _found(world, request)
    if job["status"] != "InProgress":
        raise Refused("ConflictException", f"The job is in the {job['status']} state.", rule=ONLY_RUNNING)
    world.put("job", job["arn"], {**job, "status": "Stopping", "stopping": world.seconds()})
    return {}


def settle(world: World) -> None:
    """Move every live job along to the present."""
    for job in world.find("job", live=True):
        moved = _moved(world, dict(job))
        if moved != job:
            world.put("job", job["arn"], moved)


def _moved(world: World, job: dict[str, Any]) -> dict[str, Any]:
    now = world.seconds()
    if job["status"] == "Stopping":
        end = job["stopping"] + world.setting("stopping_seconds")
        return job if now < end else _ended(job, "Stopped", end)
    if "counts" not in job and now >= job["phases"][0]["end"]:
        why, counts = data.verdict(job, job["facts"])
        job["counts"] = counts
        if why:
            return _ended({**job, "failureMessage": why[:2048]}, "Failed", job["phases"][0]["end"])
    end = job["phases"][-1]["end"]
    return job if now < end else _completed(world, _ended(job, "Completed", end))


def _completed(world: World, job: dict[str, Any]) -> dict[str, Any]:
    try:
        made = metrics.write(world, job)
    except Exception as error:  # moto raises what its HTTP layer would send: the bucket has gone
        why = f"The output could not be written to {job['outputUri']}: {type(error).__name__}"
        return {**job, "status": "Failed", "failureMessage": why}
    if made["trainingLoss"] is not None:
        job["trainingMetrics"] = {"trainingLoss": made["trainingLoss"]}
    job["validationMetrics"] = [{"validationLoss": each} for each in made["validationLosses"]]
    job["modelArn"] = custom_models.made_by(world, job)
    return job


def _ended(job: dict[str, Any], status: str, when: float) -> dict[str, Any]:
    return {**job, "status": status, "ended": when, "live": False}


def _found(world: World, request: Request) -> dict[str, Any]:
    identifier = request.params["jobIdentifier"]
    job = world.get("job", identifier)
    if job is None:
        job = next(iter(world.find("job", region=request.region, name=identifier)), None)
    if job is None or job["region"] != request.region:
        raise Refused("ResourceNotFoundException", f"Could not find model customization job {identifier}")
    return job


def _times(world: World, job: dict[str, Any]) -> dict[str, Any]:
    ended = job.get("ended")
    since = world.seconds() - job["made"]
    modified = ended + 0.6 if ended else job["made"] + since // _HEARTBEAT * _HEARTBEAT
    return {
        "status": job["status"],
        "statusDetails": phases.details(world, job),
        "creationTime": world.stamp(job["made"]),
        "lastModifiedTime": world.stamp(modified),
        "endTime": world.stamp(ended) if ended else None,
    }


def _summary(world: World, job: dict[str, Any]) -> dict[str, Any]:
    return {
        "jobArn": job["arn"],
        "baseModelArn": job["baseModelArn"],
        "jobName": job["name"],
        "customModelArn": job.get("modelArn"),
        "customModelName": job["modelName"],
        "customizationType": job["customizationType"],
        **_times(world, job),
    }
