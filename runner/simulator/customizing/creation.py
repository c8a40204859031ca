"""Whether a customization job may be created: all that CreateModelCustomizationJob looks at."""

from __future__ import annotations

from typing import Any

from runner.simulator import elsewhere
from runner.simulator.customizing import (
    base_models,
    distillation,
    hyperparameters,
    locations,
    permissions,
    reinforcement,
)
from runner.simulator.customizing.data import require_sides
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.services.quotas import quota_value
from runner.simulator.world import Request, World

AT_ONCE = rule(
    "What is seen without reading the data is refused by the create call, not by a job that fails",
    provenance="assumed",
    source="the timing of AWS's checks is not established (aws-behaviour.md, section 1)",
)
JOB_NAME = rule(
    "A job name is used once in a region: ValidationException 'The provided job name is currently in use'",
    provenance="assumed",
    source="recorded for import jobs (aws/sagemaker-python-sdk PR 6076); not established for these",
)
MODEL_NAME = rule(
    "A custom model name is used once in a region, counting the models of unfinished jobs",
    provenance="assumed",
    source="not established (aws-behaviour.md, section 1)",
)
CONCURRENT = rule(
    "At most two customization jobs at a time (setting concurrent_jobs): ServiceQuotaExceededException",
    provenance="recorded",
    source="terraform-provider-aws PR 37990 (2024, one test account); counted per region by assumption",
)
MODELS = rule(
    "An account has at most 100 custom models (quota L-CB5B847D): ServiceQuotaExceededException",
    provenance="recorded",
    source="the quota: fixtures/quotas.json; that it refuses a job, counting unfinished ones, is assumed",
)
ONE_SOURCE = rule(
    "trainingDataConfig names either s3Uri or invocationLogsConfig; logs are for distillation",
    provenance="documented",
    source="API reference, TrainingDataConfig; that the call refuses is assumed",
)
KEY = rule(
    "customModelKmsKeyId must be a key of the region",
    provenance="assumed",
    source="the error's code and wording are ours",
)
FIT = rule(
    "customizationConfig must fit the customizationType, which is FINE_TUNING when omitted",
    provenance="documented",
    source="API reference, CreateModelCustomizationJob; that the call refuses is assumed",
)


def accepted(world: World, request: Request, job_id: str) -> dict[str, Any]:
    """The job's document. Errors: `Refused`."""
    params, region = request.params, request.region
    base, facts = base_models.resolved(world, request)
    method = params.get("customizationType", "FINE_TUNING")
    _names(world, region, params)
    hyperparameters.check(method, facts, params.get("hyperParameters", {}))
    logs = _source(method, params)
    if method == "DISTILLATION":
        teacher = distillation.require_teacher(base, params)
        logs = {**logs, "teacher": teacher} if logs else None
    elif method == "REINFORCEMENT_FINE_TUNING":
        reinforcement.require_grader(region, params)
    elif "customizationConfig" in params:
        raise Refused("ValidationException", f"customizationConfig is not supported for {method}.", rule=FIT)
    require_sides(facts, params)
    key = params.get("customModelKmsKeyId")
    if key and not elsewhere.key_exists(region, key):
        raise Refused("ValidationException", f"Could not find the KMS key {key}", rule=KEY)
    arn = world.arn(region, f"model-customization-job/{base}/{job_id}")
    training = logs["invocationLogSource"]["s3Uri"] if logs else params["trainingDataConfig"]["s3Uri"]
    validation = [each["s3Uri"] for each in params.get("validationDataConfig", {}).get("validators", [])]
    _reached(world, params, arn, [training, *validation], region)
    _quotas(world, region)
    return {
        "arn": arn,
        "id": job_id,
        "region": region,
        "base": base,
        "baseModelArn": base_models.arn_of(region, base),
        "customizationType": method,
        "facts": {name: value for name, value in facts.items() if name != "hyperparameters"},
        "trainingUri": training,
        "validationUris": validation,
        "outputUri": params["outputDataConfig"]["s3Uri"],
        "logs": logs,
        "hyperParameters": params.get("hyperParameters", {}),
        "request": params,
    }


def _quotas(world: World, region: str) -> None:
    running = [
        each for each in world.find("job", region=region) if each["status"] in {"InProgress", "Stopping"}
    ]
    most = int(quota_value(world, "L-0406044C"))
    if len(running) >= most:
        message = f"The limit of {most} concurrent model customization jobs is reached."
        raise Refused("ServiceQuotaExceededException", message, rule=CONCURRENT)
    most = int(quota_value(world, "L-CB5B847D"))
    if len(running) + len(world.find("custom-model", region=region)) >= most:
        message = f"The limit of {most} custom models is reached."
        raise Refused("ServiceQuotaExceededException", message, rule=MODELS)


def _names(world: World, region: str, params: dict[str, Any]) -> None:
    if world.find("job", region=region, name=params["jobName"]):
        raise Refused("ValidationException", "The provided job name is currently in use.", rule=JOB_NAME)
    name = params["customModelName"]
    promised = [
        each
        for each in world.find("job", region=region, modelName=name)
        if each["status"] in {"InProgress", "Stopping"}
    ]
    if promised or world.find("custom-model", region=region, name=name):
        raise Refused(
            "ValidationException", "The provided custom model name is already in use.", rule=MODEL_NAME
        )


def _source(method: str, params: dict[str, Any]) -> dict[str, Any] | None:
    config = params["trainingDataConfig"]
    if len(config) != 1:
        raise Refused(
            "ValidationException", "Either s3Uri or invocationLogsConfig must be given.", rule=ONE_SOURCE
        )
    logs: dict[str, Any] | None = config.get("invocationLogsConfig")
    if logs and method not in {"DISTILLATION", "REINFORCEMENT_FINE_TUNING"}:
        raise Refused(
            "ValidationException", f"Invocation logs are not supported for {method}.", rule=ONE_SOURCE
        )
    return {**logs, "teacher": ""} if logs else None


def _reached(world: World, params: dict[str, Any], arn: str, data: list[str], region: str) -> None:
    role = permissions.require_assumable(world, params["roleArn"], arn)
    output = params["outputDataConfig"]["s3Uri"].rstrip("/")
    for uri in data:
        locations.require_object(uri, region)
    locations.require_bucket(output, region)
    permissions.require_reach(role, "s3:ListBucket", {locations.bucket_arn(each) for each in data})
    for uri in data:
        permissions.require_reach(role, "s3:GetObject", map(locations.arn, locations.objects_under(uri)))
    probe = f"{locations.arn(output).rstrip('/')}/model-customization-job-{arn[-12:]}/metrics"
    permissions.require_reach(role, "s3:PutObject", [probe])
