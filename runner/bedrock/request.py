"""The request of CreateModelCustomizationJob, from a plan and the executor's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.bedrock.names import job_name, model_name, tags, token
from runner.bedrock.options import Options
from runner.bedrock.places import data_place
from runner.model import Model
from runner.planning.hyperparameters import effective
from runner.planning.money import exact, plain
from runner.recipe import Recipe


def customization(recipe: Recipe, model: Model) -> dict[str, Any]:
    """The members that hold the hyperparameters: the map of texts, or a typed place of their own.

    The capability schema says where each goes (`place`, a path in the request).
    """
    schemas = model.methods[recipe.method].hyperparameters
    request: dict[str, Any] = {"hyperParameters": {}}
    for name, setting in effective(recipe, model).items():
        path = schemas[name].get("place")
        if path is None:
            request["hyperParameters"][name] = text(setting.value)
            continue
        *folders, last = str(path).split(".")
        inner = request
        for folder in folders:
            inner = inner.setdefault(folder, {})
        inner[last] = setting.value
    return {name: value for name, value in request.items() if value}


def text(value: int | float | str) -> str:
    """A hyperparameter as AWS takes it: text, without an exponent, whatever the recipe wrote."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else plain(exact(value))


def request(data: Mapping[str, Any], options: Options, *, project: str, attempt: int) -> dict[str, Any]:
    """The whole request of a planned job (`data` is the content of `plan.json`)."""
    settings, dataset, fingerprint = data["executor"]["settings"], data["dataset"], str(data["fingerprint"])
    output = (options.output_uri or "").rstrip("/")
    name = job_name(str(data["job"]["name"]), attempt)
    labels = tags(project, str(data["recipe"]["name"]), fingerprint, options.tags)
    listed = [{"key": key, "value": value} for key, value in labels.items()]
    made: dict[str, Any] = {
        "jobName": name,
        "customModelName": model_name(name),
        "roleArn": options.role_arn or "",
        "clientRequestToken": token(fingerprint, attempt),
        "baseModelIdentifier": settings["baseModelIdentifier"],
        "customizationType": settings["customizationType"],
        "jobTags": listed,
        "customModelTags": listed,
        "trainingDataConfig": _training(options, output, dataset),
        "outputDataConfig": {"s3Uri": output},
        **{key: settings[key] for key in ("hyperParameters", "customizationConfig") if settings.get(key)},
    }
    if options.kms_key_arn:
        made["customModelKmsKeyId"] = options.kms_key_arn
    if validators := _validators(options, output, dataset):
        made["validationDataConfig"] = {"validators": [{"s3Uri": uri} for uri in validators]}
    if options.subnet_ids or options.security_group_ids:
        made["vpcConfig"] = {
            "subnetIds": list(options.subnet_ids),
            "securityGroupIds": list(options.security_group_ids),
        }
    return made


def uploads(options: Options, dataset: Mapping[str, Any]) -> dict[str, str]:
    """The files of the run folder that the job reads, and their SHA-256."""
    files = {} if options.invocation_logs_uri else {"train.jsonl": str(dataset["train_sha256"])}
    if dataset["validation_sha256"]:
        files["validation.jsonl"] = str(dataset["validation_sha256"])
    return files


def logs_config(options: Options) -> dict[str, Any]:
    """Logged prompts (and answers) of a model in place of training records."""
    config: dict[str, Any] = {
        "usePromptResponse": options.use_prompt_response,
        "invocationLogSource": {"s3Uri": options.invocation_logs_uri},
    }
    if options.metadata_filters:
        config["requestMetadataFilters"] = dict(options.metadata_filters)
    return config


def _training(options: Options, output: str, dataset: Mapping[str, Any]) -> dict[str, Any]:
    if options.invocation_logs_uri:
        return {"invocationLogsConfig": logs_config(options)}
    return {"s3Uri": data_place(options.data_uri, output, dataset["train_sha256"]).uri}


def _validators(options: Options, output: str, dataset: Mapping[str, Any]) -> list[str]:
    own = dataset["validation_sha256"]
    return [*([data_place(options.data_uri, output, own).uri] if own else []), *options.validators]
