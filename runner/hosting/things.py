"""The kinds of things the ledger knows, and AWS's operations to look at one and to delete it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.aws.calls import Refused, call, look
from runner.bedrock.cloud import Cloud
from runner.ledger import Entry


@dataclass(frozen=True, slots=True)
class Kind:
    """How AWS names the operations of one kind of thing."""

    title: str
    """For people."""
    service: str
    get: str
    identifier: str
    arn: str
    """Member of the reply that holds the ARN."""
    delete: str = ""
    """Empty where AWS has no such operation."""
    listed: str = ""
    summaries: str = ""
    summary_arn: str = ""
    summary_name: str = ""


KINDS: Mapping[str, Kind] = {
    "deployment": Kind(
        "deployment", "bedrock", "get_custom_model_deployment", "customModelDeploymentIdentifier",
        "customModelDeploymentArn", "delete_custom_model_deployment", "list_custom_model_deployments",
        "modelDeploymentSummaries", "customModelDeploymentArn", "customModelDeploymentName",
    ),
    "provisioned-throughput": Kind(
        "provisioned throughput", "bedrock", "get_provisioned_model_throughput", "provisionedModelId",
        "provisionedModelArn", "delete_provisioned_model_throughput", "list_provisioned_model_throughputs",
        "provisionedModelSummaries", "provisionedModelArn", "provisionedModelName",
    ),
    "schedule": Kind(
        "schedule", "scheduler", "get_schedule", "Name", "Arn", "delete_schedule", "list_schedules",
        "Schedules", "Arn", "Name",
    ),
    "customization-job": Kind(
        "customization job", "bedrock", "get_model_customization_job", "jobIdentifier", "jobArn",
        "stop_model_customization_job", "list_model_customization_jobs", "modelCustomizationJobSummaries",
        "jobArn", "jobName",
    ),
    "custom-model": Kind(
        "custom model", "bedrock", "get_custom_model", "modelIdentifier", "modelArn", "delete_custom_model",
        "list_custom_models", "modelSummaries", "modelArn", "modelName",
    ),
    "import-job": Kind(
        "import job", "bedrock", "get_model_import_job", "jobIdentifier", "jobArn", "",
        "list_model_import_jobs", "modelImportJobSummaries", "jobArn", "jobName",
    ),
    "imported-model": Kind(
        "imported model", "bedrock", "get_imported_model", "modelIdentifier", "modelArn",
        "delete_imported_model", "list_imported_models", "modelSummaries", "modelArn", "modelName",
    ),
}  # fmt: skip
"""In the order in which they are deleted: what is billed by the hour first, then what it stood on."""

ORDER = (*KINDS, "training-data")
_ABSENT = {"ResourceNotFoundException", "NoSuchKey", "NoSuchBucket"}
MARK = "made by bedrock-recipe-runner for project "
"""How the description of a schedule begins: a schedule can carry no tags."""


def found(cloud: Cloud, entry: Entry) -> Mapping[str, Any] | None:
    """AWS's record of it, by its ARN where that is known, else by its name; None if there is none."""
    kind = KINDS[entry.kind]
    # A schedule has no operation that takes its ARN.
    name = entry.arn if entry.arn and entry.kind != "schedule" else entry.name
    try:
        reply = look(
            f"looking for {kind.title} {entry.name}",
            getattr(cloud.client(kind.service), kind.get),
            needs=(kind.arn,),
            **{kind.identifier: name},
        )
    except Refused as refused:
        if refused.code in _ABSENT:
            return None
        raise
    return reply  # type: ignore[no-any-return]


def delete(cloud: Cloud, entry: Entry) -> None:
    """Ask AWS to delete it (a job: to stop it). What is no longer there is deleted. Errors: `Refused`."""
    kind = KINDS[entry.kind]
    name = entry.arn if entry.arn and entry.kind != "schedule" else entry.name
    try:
        call(
            f"deleting {kind.title} {entry.name}",
            getattr(cloud.client(kind.service), kind.delete),
            **{kind.identifier: name},
        )
    except Refused as refused:
        if refused.code not in _ABSENT:
            raise


def tags_of(cloud: Cloud, arn: str) -> dict[str, str]:
    """The tags of anything of Bedrock's that has an ARN."""
    reply = look(
        f"reading the tags of {arn}", cloud.client("bedrock").list_tags_for_resource, resourceARN=arn
    )
    return {row["key"]: row["value"] for row in reply.get("tags", [])}


def is_ours(cloud: Cloud, entry: Entry, record: Mapping[str, Any]) -> bool:
    """Whether this tool made what AWS has under that name.

    The ledger's ARN is proof. Where the answer to the making call was lost there is only the name: then the
    tags (of a schedule: its description) must say so.
    """
    arn = str(record[KINDS[entry.kind].arn])
    if entry.kind == "schedule":
        return str(record.get("Description", "")).startswith(MARK)
    if entry.arn:
        return entry.arn == arn
    return "runner:project" in tags_of(cloud, arn)
