"""The simulator's own check of single records, by format; it shares no code with the runner's checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runner.simulator.rules import rule

CONVERSE = rule(
    "Converse: a schemaVersion (any string), user and assistant in turn, no empty text",
    provenance="documented",
    source="Nova guide, fine-tune-prepare-data-understanding; user guide, model-customization-prepare",
)
RESERVED = rule(
    "Nova: reserved words (User:, Bot:, <image>, [EOS], ...) in system or user text fail the job",
    provenance="documented",
    source="Nova guide; AWS validator in aws-samples/amazon-nova-samples",
)
PAIRS = rule(
    "Prompt-completion records: both are non-empty strings",
    provenance="documented",
    source="user guide, model-customization-prepare",
)
INPUT = rule(
    "Continued pre-training records: input is a non-empty string",
    provenance="documented",
    source="user guide, model-customization-prepare",
)
ANTHROPIC = rule(
    "Anthropic records: user first, assistant last, alternating, plain string content",
    provenance="documented",
    source="user guide, model-customization-prepare",
)
IMAGES = rule(
    "Image records: image-ref is an S3 URI, caption a string; that the image exists is not looked at",
    provenance="documented",
    source="user guide, model-customization-prepare",
)
PROMPTS = rule(
    "Distillation prompts: converse records; Llama students have one user turn and at most one answer",
    provenance="documented",
    source="user guide, distillation-prepare-datasets",
)
REWARDED = rule(
    "Reinforcement records: messages, and reference_answer where it is given",
    provenance="documented",
    source="user guide, rft-prepare-data",
)

_RESERVED = ("system:", "user:", "bot:", "assistant:", "thought:", "[eos]", "<image>", "<video>", "<unk>")


def problem(form: str, record: Any, base: str) -> str:
    """What is wrong with a record, or nothing."""
    if not isinstance(record, dict):
        return "the record is not a JSON object"
    return _CHECKS[form](record, base)


def _converse(record: dict[str, Any], base: str) -> str:
    wrong = _conversation(record, base)
    messages = record.get("messages")
    if wrong or not isinstance(messages, list):
        return wrong
    if len(messages) < 2 or messages[-1]["role"] != "assistant":
        return "the last message must be of the assistant"
    return ""


def _prompts(record: dict[str, Any], base: str) -> str:
    wrong = _conversation(record, base)
    if wrong:
        return wrong
    if base.startswith("meta.") and len(record["messages"]) > 2:
        return "the prompt must have one user message and at most one answer"
    return ""


def _conversation(record: dict[str, Any], base: str) -> str:
    if not isinstance(record.get("schemaVersion"), str) or not record["schemaVersion"]:
        return "schemaVersion must be a string"
    system = record.get("system", [])
    if not isinstance(system, list) or len(system) > 1:
        return "system must be a list of one text"
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages must be a list that is not empty"
    forbidden = [*system]
    for index, message in enumerate(messages):
        role = ("user", "assistant")[index % 2]
        if not isinstance(message, dict) or message.get("role") != role:
            return f"message {index + 1} must have the role {role}"
        content = message.get("content")
        if (
            not isinstance(content, list)
            or not content
            or not all(isinstance(block, dict) for block in content)
        ):
            return f"the content of message {index + 1} must be a list of blocks that is not empty"
        if any(not str(block.get("text", "x")).strip() for block in content):
            return f"message {index + 1} has an empty text"
        if role == "user":
            forbidden += content
    if base.startswith("amazon.nova"):
        for block in forbidden:
            text = str(block.get("text", "")).lower()
            found = next((word for word in _RESERVED if word in text), "")
            if found:
                return f"the text contains the reserved keyword {found}"
    return ""


def _pairs(record: dict[str, Any], _base: str) -> str:
    return _strings(record, ("prompt", "completion"))


def _input(record: dict[str, Any], _base: str) -> str:
    return _strings(record, ("input",))


def _strings(record: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if not isinstance(record.get(name), str) or not record[name]:
            return f"{name} must be a string that is not empty"
    return ""


def _anthropic(record: dict[str, Any], _base: str) -> str:
    messages = record.get("messages")
    if not isinstance(messages, list) or len(messages) < 2 or len(messages) % 2:
        return "messages must be pairs of user and assistant"
    for index, message in enumerate(messages):
        role = ("user", "assistant")[index % 2]
        if not isinstance(message, dict) or message.get("role") != role:
            return f"message {index + 1} must have the role {role}"
        if not isinstance(message.get("content"), str) or not message["content"]:
            return f"the content of message {index + 1} must be a string that is not empty"
    return ""


def _images(record: dict[str, Any], _base: str) -> str:
    if not str(record.get("image-ref", "")).startswith("s3://"):
        return "image-ref must be an S3 URI"
    return "" if isinstance(record.get("caption"), str) else "caption must be a string"


def _rewarded(record: dict[str, Any], _base: str) -> str:
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages must be a list that is not empty"
    return (
        ""
        if all(isinstance(each, dict) and each.get("role") for each in messages)
        else "a message has no role"
    )


_CHECKS: dict[str, Callable[[dict[str, Any], str], str]] = {
    "converse": _converse,
    "converse_prompts": _prompts,
    "prompt_completion": _pairs,
    "input": _input,
    "anthropic_messages": _anthropic,
    "image_caption": _images,
    "openai_chat": _rewarded,
}
