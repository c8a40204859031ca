"""Reads a job's training and validation data from S3 and says why they fail the job, if they do."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

from runner.simulator.customizing import locations
from runner.simulator.customizing.invocation_logs import wanted
from runner.simulator.customizing.records import problem
from runner.simulator.refused import Refused
from runner.simulator.rules import rule

INSIDE = rule(
    "Data are read and checked inside the job: wrong data end it as Failed with a failureMessage",
    provenance="recorded",
    source="aws-samples/amazon-bedrock-workshop issue 224 (failed after two hours); the wording is assumed",
)
COUNTS = rule(
    "Training and validation data have the records and bytes that model and method allow, also together",
    provenance="documented",
    source="user guide, model-customization-prepare and quotas; AWS validators in aws-samples",
)
CHARACTERS = rule(
    "A Titan or Llama 3.1 record has at most six characters for each token that the model takes",
    provenance="documented",
    source="user guide, model-customization-prepare",
)
NO_VALIDATION = rule(
    "Models and methods that take no validation data refuse a job that has some",
    provenance="documented",
    source="Nova 2 Lite: AWS SDK (nova-forge); image models: user guide. That the call refuses is assumed",
)
NOVA_FILES = rule(
    "Nova: a data file ends in .jsonl, and its key has letters, digits, _ - / . only",
    provenance="documented",
    source="Nova guide, fine-tune-prepare-data-understanding; that the job fails for it is assumed",
)
LOG_FILES = rule(
    "Invocation logs are .gz objects",
    provenance="documented",
    source="AWS's validator for distillation data (aws-samples)",
)
_NOVA_KEY = re.compile(r"[A-Za-z0-9_\-/.]+\.jsonl")
_SHOWN = 3


def require_sides(facts: dict[str, Any], params: dict[str, Any]) -> None:
    """Errors: `Refused` when the request names data that the method does not take."""
    validators = params.get("validationDataConfig", {}).get("validators", [])
    if validators and not facts["validation"]:
        raise Refused(
            "ValidationException", "Validation data are not supported for this model.", rule=NO_VALIDATION
        )


def verdict(job: dict[str, Any], facts: dict[str, Any]) -> tuple[str, dict[str, int]]:
    """Why the data fail the job (nothing when they are right), and how many records each side has."""
    base, counts = job["base"], {}
    for side, uris in (("training", [job["trainingUri"]]), ("validation", job["validationUris"])):
        records = size = 0
        wrong: list[str] = list(_misnamed(uris, job))
        for place, line, record in _records(uris, job):
            records += 1
            size += len(line)
            found = record if isinstance(record, str) else problem(facts["format"], record, base)
            limit = facts.get("record_characters")
            if not found and limit and len(line.decode()) > limit:
                found = f"the record is longer than {limit} characters"
            if found:
                wrong.append(f"{place}: {found}")
        counts[side] = records
        if wrong:
            more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
            return f"Invalid {side} data: {'; '.join(wrong[:_SHOWN])}{more}", counts
        if uris and (bad := _amount(side, records, size, facts)):
            return bad, counts
    least, most = facts.get("records_together", (0, None))
    together = sum(counts.values())
    if most is not None and not least <= together <= most:
        return (
            f"Training and validation data have {together} records together; allowed are {least} to {most}",
            counts,
        )
    return "", counts


def _misnamed(uris: list[str], job: dict[str, Any]) -> Iterator[str]:
    for uri in uris:
        for each in locations.objects_under(uri):
            key = locations.split(each)[1]
            if job.get("logs"):
                if not key.endswith(".gz"):
                    yield f"{key}: invocation logs must be .gz objects"
            elif job["base"].startswith("amazon.nova") and not _NOVA_KEY.fullmatch(key):
                yield f"{key}: the key must end in .jsonl and have letters, digits, _ - / . only"


def _amount(side: str, records: int, size: int, facts: dict[str, Any]) -> str:
    least, most = facts.get(f"{side}_records", (1, None))
    if records < least or (most is not None and records > most):
        return f"The {side} data have {records} records; allowed are {least} to {most}"
    limit = facts.get(f"{side}_bytes")
    return f"The {side} data have {size} bytes; allowed are {limit}" if limit and size > limit else ""


def _records(uris: list[str], job: dict[str, Any]) -> Iterator[tuple[str, bytes, Any]]:
    """Place, line and record of each line; the record is a string that says why it cannot be read."""
    for uri in uris:
        for each in locations.objects_under(uri):
            content = locations.read(each) or b""
            if each.endswith(".gz"):
                content = _unpacked(content)
            for number, line in enumerate(content.splitlines(), start=1):
                if not line.strip():
                    continue
                record = _parsed(line)
                if job.get("logs") and isinstance(record, dict):
                    record = wanted(record, job["logs"])
                    if record is None:
                        continue
                yield f"{each.rpartition('/')[2]} line {number}", line, record


def _unpacked(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError):
        return b"not gzip"  # one line that is not JSON: it will be named


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return "the line is not JSON"
