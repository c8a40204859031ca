"""What a job that has ended leaves: its model, its metrics, its cost, and a ledger that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from runner.atomic import write_text
from runner.aws.calls import Refused, look
from runner.bedrock import metrics
from runner.bedrock.cloud import Cloud
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import in_words
from runner.bedrock.money import monthly_storage
from runner.job import Job
from runner.runs import RunFolder

SYNTHETIC = "the losses are synthetic: a simulated AWS made them up, no model was trained"


def settle(errand: Errand, job: Job) -> Job:
    """Close the job's accounts, once it has ended; may be done again. The job with its model's ARN."""
    ledger, name = errand.ledger, errand.name
    arn = str(job.details["custom_model"]["arn"])
    if not arn and job.state != "Failed":
        arn = _model_arn(errand.cloud, errand.model_name)
        job = replace(job, details={**job.details, "custom_model": {"name": errand.model_name, "arn": arn}})
    model = errand.entry("custom-model", errand.model_name, usd=monthly_storage(errand.plan), per="month")
    if arn:
        ledger.made(model, arn)
    else:
        ledger.gone(model, f"the job ended as {job.state} without a model")
    ledger.gone(errand.entry("customization-job", name), f"ended as {job.state}")
    if job.state == "Failed":
        ledger.release(name, f"the job failed: {job.failure}"[:500])
    else:
        usd = job.details["cost"]["usd"] or errand.plan["cost"]["likely"] or "0"
        ledger.book(name, Decimal(usd))
    errand.run.write("job.json", job.as_dict())
    return job


def collect_metrics(cloud: Cloud, guard: Mapping[str, str], job: Job, run: RunFolder) -> dict[str, Any]:
    """The content of `metrics.json`; also writes `metrics.jsonl`. Of an unfinished job only its state."""
    synthetic = bool(job.details.get("simulator"))
    notes = [SYNTHETIC] if synthetic else []
    if job.state != "Completed":
        return {"state": job.state, "synthetic": synthetic, "notes": notes}
    try:
        training, validation = metrics.fetch(
            cloud.client("s3"), str(job.details["output_uri"]), str(job.details["arn"]), guard
        )
    except Refused as refused:
        raise in_words(refused) from None
    found = list(metrics.lines(training, validation))
    write_text(run.path / "metrics.jsonl", metrics.as_jsonl(found))
    if not training:
        notes.append("the job left no step-wise training metrics under its output")
    skipped = sum(table.skipped for table in (*training, *validation))
    if skipped:
        notes.append(f"{skipped} rows of the metrics files held no numbers and were left out")
    if points := metrics.diverged(found):
        notes.append(f"at {points} points the loss was not a finite number: the training diverged there")
    return {"state": job.state, "synthetic": synthetic, **_measures(found, job), "notes": notes}


def _measures(found: list[dict[str, Any]], job: Job) -> dict[str, Any]:
    stated = job.details.get("losses") or {}
    validation = metrics.last(found, "validation", "validation_loss")
    perplexity = metrics.last(found, "validation", "perplexity")
    training = metrics.last(found, "train", "training_loss")
    steps = [line["step"] for line in found if line["kind"] == "train"]
    return {
        "training_loss": training if training is not None else stated.get("training_loss"),
        "validation_loss_before": None,
        "validation_loss_after": validation if validation is not None else stated.get("validation_loss"),
        "perplexity_before": None,
        "perplexity_after": perplexity,
        "steps": max(steps, default=None),
        "seconds": _seconds(job),
        "base": None,
    }


def _seconds(job: Job) -> float | None:
    try:
        began, ended = datetime.fromisoformat(job.started), datetime.fromisoformat(job.ended)
    except ValueError:
        return None
    return (ended - began).total_seconds()


def _model_arn(cloud: Cloud, name: str) -> str:
    """The custom model's ARN, if there is a model of that name."""
    try:
        found = look(
            f"looking up custom model {name}",
            cloud.client("bedrock").get_custom_model,
            needs=("modelArn",),
            modelIdentifier=name,
        )
    except Refused as refused:
        if refused.code == "ResourceNotFoundException":
            return ""
        raise in_words(refused) from None
    return str(found["modelArn"])
