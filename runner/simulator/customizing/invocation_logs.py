"""Invocation logs as training data of a distillation: which records count, and the prompt that each holds."""

from __future__ import annotations

from typing import Any

from runner.simulator.rules import rule

FILTERS = rule(
    "Invocation logs are filtered by request metadata: equals, notEquals, andAll, orAll",
    provenance="documented",
    source="user guide, distillation-prepare-datasets; botocore's service model",
)
RESPONSES = rule(
    "With usePromptResponse only records of exactly the teacher model count",
    provenance="documented",
    source="user guide, distillation-prepare-datasets",
)


def wanted(record: dict[str, Any], logs: dict[str, Any]) -> dict[str, Any] | str | None:
    """The record as a converse prompt, why it is wrong, or None when the filters leave it out."""
    metadata = record.get("requestMetadata") or {}
    if not _passes(metadata, logs.get("requestMetadataFilters")):
        return None
    if logs.get("usePromptResponse") and logs["teacher"] not in str(record.get("modelId", "")):
        return None
    body = (record.get("input") or {}).get("inputBodyJson")
    if "modelId" not in record or not isinstance(body, dict) or "output" not in record:
        return "the log record lacks modelId, input or output"
    messages = body.get("messages")
    if not isinstance(messages, list):
        return "the logged input has no messages"
    return {"schemaVersion": "bedrock-conversation-2024", "messages": messages[:1]}


def _passes(metadata: dict[str, str], filters: dict[str, Any] | None) -> bool:
    if not filters:
        return True
    if "andAll" in filters:
        return all(_passes(metadata, each) for each in filters["andAll"])
    if "orAll" in filters:
        return any(_passes(metadata, each) for each in filters["orAll"])
    equal = all(metadata.get(key) == value for key, value in filters.get("equals", {}).items())
    other = all(metadata.get(key) != value for key, value in filters.get("notEquals", {}).items())
    return equal and other
