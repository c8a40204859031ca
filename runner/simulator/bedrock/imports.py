"""Custom Model Import: import jobs, which read the model's files in S3, and imported models."""

from __future__ import annotations

import json
from typing import Any

from runner.simulator import tagging
from runner.simulator.fixture import fixture
from runner.simulator.hosted import one, repeated, require_free_name, stored, trusted_services
from runner.simulator.paging import in_order, page
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

JOB, MODEL = "import-job", "imported-model"
JOB_NAME = rule(
    "The name of an import job is taken for ever: a second job of this name is refused",
    provenance="recorded",
    source="sagemaker-python-sdk PR 6076: ValidationException, the provided job name is currently in use",
)
ROLE = rule(
    "The role must exist and trust bedrock.amazonaws.com",
    provenance="documented",
    source="guide model-import-iam-role.html",
)
FILES = rule(
    "The folder needs config.json, safetensors files, tokenizer_config.json and tokenizer.json",
    provenance="documented",
    source="guide model-customization-import-model.html",
)
ARCHITECTURE = rule(
    "Only the listed architectures can be imported",
    provenance="documented",
    source="guide model-customization-import-model.html",
)
CONVERSE = rule(
    "Converse works for an imported model with a chat template that is not Qwen or GPT-OSS",
    provenance="documented",
    source="guide invoke-imported-model.html; that the template decides is assumed",
)


def create_model_import_job(world: World, request: Request) -> dict[str, Any]:
    """Start reading the files."""
    if made := repeated(world, JOB, request):
        return {"jobArn": made["arn"]}
    params, region = request.params, request.region
    if world.find(JOB, name=params["jobName"], region=region):
        raise Refused("ValidationException", "The provided job name is currently in use.", rule=JOB_NAME)
    require_free_name(world, MODEL, params["importedModelName"], region)
    if "bedrock.amazonaws.com" not in trusted_services(params["roleArn"]):
        raise Refused("ValidationException", "Could not assume provided IAM role.", rule=ROLE)
    arn = world.arn(region, f"model-import-job/{world.id()}")
    document = {
        "arn": arn, "name": params["jobName"], "region": region, "status": "InProgress", "failure": None,
        "made": world.seconds(), "ended": None, "token": params.get("clientRequestToken"), "model": None,
        "model_name": params["importedModelName"], "role": params["roleArn"],
        "source": params["modelDataSource"], "model_tags": params.get("importedModelTags"),
    }  # fmt: skip
    world.put(JOB, arn, document)
    tagging.start(world, arn, params.get("jobTags"))
    return {"jobArn": arn}


def get_model_import_job(world: World, request: Request) -> dict[str, Any]:
    """One job by name or ARN."""
    found = one(world, JOB, request.params["jobIdentifier"], request.region)
    shown = {**_job(world, found), "roleArn": found["role"], "modelDataSource": found["source"]}
    return {**shown, **({"failureMessage": found["failure"]} if found["failure"] else {})}


def list_model_import_jobs(world: World, request: Request) -> dict[str, Any]:
    """All of a region, in pages."""
    asked = request.params
    found = [
        _job(world, each)
        for each in world.find(JOB, region=request.region)
        if asked.get("nameContains", "") in each["name"]
        and asked.get("statusEquals", each["status"]) == each["status"]
    ]
    return page(in_order(found, asked), asked, "modelImportJobSummaries")


def get_imported_model(world: World, request: Request) -> dict[str, Any]:
    """One model by name or ARN."""
    found = one(world, MODEL, request.params["modelIdentifier"], request.region)
    job = world.get(JOB, found["job"]) or {}
    shown = _model(world, found)
    units = {"customModelUnitsPerModelCopy": 1, "customModelUnitsVersion": "v1.0"}
    more = {"jobName": job.get("name"), "jobArn": job.get("arn"), "modelDataSource": job.get("source")}
    return {**shown, **more, "customModelUnits": units}


def list_imported_models(world: World, request: Request) -> dict[str, Any]:
    """All of a region, in pages."""
    asked = request.params
    found = [
        _model(world, each)
        for each in world.find(MODEL, region=request.region)
        if asked.get("nameContains", "") in each["name"]
    ]
    return page(in_order(found, asked), asked, "modelSummaries")


def delete_imported_model(world: World, request: Request) -> dict[str, Any]:
    """Remove one by name or ARN; its job stays."""
    found = one(world, MODEL, request.params["modelIdentifier"], request.region)
    world.delete(MODEL, found["arn"])
    tagging.end(world, found["arn"])
    return {}


def settle(world: World) -> None:
    """Jobs end: with a model, or with what was wrong."""
    wait = world.setting("import_seconds")
    for job in world.find(JOB, status="InProgress"):
        if world.seconds() >= job["made"] + wait:
            _end(world, job, job["made"] + wait)


def _end(world: World, job: dict[str, Any], at: float) -> None:
    try:
        read = _read(job["source"]["s3DataSource"]["s3Uri"])
    except Refused as refused:
        world.put(JOB, job["arn"], {**job, "status": "Failed", "failure": refused.message, "ended": at})
        return
    arn = world.arn(job["region"], f"imported-model/{world.id()}")
    document = {"arn": arn, "name": job["model_name"], "region": job["region"], "made": at, "job": job["arn"]}
    world.put(MODEL, arn, {**document, **read})
    tagging.start(world, arn, job["model_tags"])
    world.put(JOB, job["arn"], {**job, "status": "Completed", "model": arn, "ended": at})


def _read(uri: str) -> dict[str, Any]:
    """Architecture and whether it converses. Errors: `Refused` with the job's failure message."""
    files = stored(uri)
    missing = [
        name for name in ("config.json", "tokenizer_config.json", "tokenizer.json") if name not in files
    ]
    if missing or not any(name.endswith(".safetensors") for name in files):
        lacks = ", ".join([*missing, *([] if missing else ["*.safetensors"])])
        raise Refused("ValidationException", f"The model folder lacks {lacks}.", rule=FILES)
    config = json.loads(files["config.json"].value)
    named = (config.get("architectures") or ["unknown"])[0]
    architecture = fixture("hosting")["import_architectures"].get(named)
    if architecture is None:
        raise Refused("ValidationException", f"The architecture {named} is not supported.", rule=ARCHITECTURE)
    template = "chat_template" in json.loads(files["tokenizer_config.json"].value)
    converses = template and not architecture.startswith(("qwen2", "gpt-oss"))
    return {"architecture": architecture, "converses": converses}


def _job(world: World, found: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "jobArn": found["arn"],
        "jobName": found["name"],
        "importedModelName": found["model_name"],
        "status": found["status"],
        "creationTime": world.stamp(found["made"]),
        "lastModifiedTime": world.stamp(found["ended"] or found["made"]),
    }
    ended = {"endTime": world.stamp(found["ended"])} if found["ended"] else {}
    return {**shown, **ended, **({"importedModelArn": found["model"]} if found["model"] else {})}


def _model(world: World, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "modelArn": found["arn"],
        "modelName": found["name"],
        "creationTime": world.stamp(found["made"]),
        "instructSupported": found["converses"],
        "modelArchitecture": found["architecture"],
    }
