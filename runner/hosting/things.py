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
_MARK = "made by bedrock-recipe-runner for project "
"""How the description of a schedule begins: a schedule can carry no tags."""
OTHERS = "--others deletes it too"
"""What to do about what somebody else's runner made."""


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


def description(labels: Mapping[str, str]) -> str:
    """What a schedule says in place of tags."""
    return f"{_MARK}{labels.get('runner:project', '')} | {labels.get('runner:owner', '')}"[:512]


def labels_of(cloud: Cloud, kind: str, record: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a thing carries, or those that a schedule's description stands for."""
    if kind != "schedule":
        return tags_of(cloud, str(record[KINDS[kind].arn]))
    text = str(record.get("Description", ""))
    if not text.startswith(_MARK):
        return {}
    project, _, owner = text.removeprefix(_MARK).partition(" | ")
    return {"runner:project": project, "runner:owner": owner}


def stranger(cloud: Cloud, entry: Entry, record: Mapping[str, Any], *, others: bool = False) -> str:
    """Why what AWS has under that name is not this ledger's to change; empty if it is.

    `others`: what another machine's or person's runner has made may be changed too.

    Names follow from recipe and data, so a colleague with the same recipe makes things of the same name, and
    a run may have found theirs: their tag `runner:owner` differs from the one that was written down here.
    """
    if entry.arn and entry.kind != "schedule" and entry.arn != record[KINDS[entry.kind].arn]:
        return "something else has its name now"
    labels = labels_of(cloud, entry.kind, record)
    ours, theirs = entry.tags.get("runner:owner"), labels.get("runner:owner")
    if ours and theirs and ours != theirs and not others:
        return f"it was made by {theirs}; cleanup {OTHERS}"
    if "runner:project" in labels or (entry.arn and entry.kind != "schedule"):
        return ""
    return "this tool did not make it"


def is_ours(cloud: Cloud, entry: Entry, record: Mapping[str, Any]) -> bool:
    """Whether the ledger's entry made what AWS has under that name."""
    return not stranger(cloud, entry, record)
