"""Every method from recipe to custom model on the simulated AWS, which checks request, data and role."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")

from bedrock.account import ROLE, client, errand, furnish
from bedrock.stage import Cloud
from bedrock.test_request import planned_settings
from simulator.accounts import converse, lines

from runner.bedrock.creating import create_job
from runner.bedrock.outcome import collect_metrics, settle
from runner.bedrock.record import job_from
from runner.bedrock.submitting import _uploaded
from runner.bedrock.waiting import ask_once

GRADER = "arn:aws:lambda:us-east-1:123456789012:function:grader"
MICRO = "amazon.nova-micro-v1:0"


def customized(
    aws: Cloud,
    root: Path,
    model: str,
    method: str,
    rows: list[Any],
    *,
    options: dict[str, Any] | None = None,
    **hyperparameters: Any,
) -> dict[str, Any]:
    """Upload, create, let it end, settle, collect: the metrics, and the job under `job`."""
    stated = options or {}
    asked = errand(aws, root, **stated)
    settings = planned_settings(root / "case", model, method, stated, **hyperparameters)
    text = lines(rows)
    (asked.run.path / "train.jsonl").write_bytes(text)
    dataset = {"train_sha256": hashlib.sha256(text).hexdigest(), "validation_sha256": None}
    plan = {**asked.plan, "method": method, "model": {"id": model}, "dataset": dataset}
    asked = replace(asked, plan={**plan, "executor": {"settings": settings}})
    _uploaded(asked)
    found = create_job(asked)
    aws.world.advance(9000)
    job = settle(asked, job_from(asked, ask_once(asked.cloud.poller(), str(found["jobArn"]))))
    assert job.state == "Completed", job.failure
    assert job.details["custom_model"]["arn"]
    return {**collect_metrics(asked.cloud, {}, job, asked.run), "job": job}


def test_fine_tuning_and_then_further(aws: Cloud, tmp_path: Path) -> None:
    """The custom model of the first job is the base of the second."""
    furnish(aws)
    rows = [converse(n) for n in range(12)]
    first = customized(aws, tmp_path / "a", MICRO, "fine_tuning", rows, epochCount=1)
    assert first["training_loss"] is not None
    base = {"base_custom_model": first["job"].details["custom_model"]["arn"]}
    second = errand(aws, tmp_path / "b", **base)
    second.plan["fingerprint"], second.plan["job"] = "f" * 64, {"name": "faq-ffffffffffff"}
    settings = planned_settings(tmp_path / "case", MICRO, "fine_tuning", base, epochCount=1)
    second.plan["executor"]["settings"] = settings
    second.plan["dataset"]["train_sha256"] = hashlib.sha256(lines(rows)).hexdigest()
    found = create_job(second)
    assert found["status"] == "InProgress"
    assert len(aws.world.find("job")) == 2


def test_distillation_from_prompts(aws: Cloud, tmp_path: Path) -> None:
    """Prompts without answers; the teacher is the model's only usable one."""
    furnish(aws)
    rows = [{**converse(n), "messages": converse(n)["messages"][:1]} for n in range(100)]
    done = customized(aws, tmp_path, MICRO, "distillation", rows, maxResponseLengthForInference=500)
    assert done["state"] == "Completed"


def test_distillation_from_invocation_logs(aws: Cloud, tmp_path: Path) -> None:
    """Nothing is uploaded; the filters choose."""
    furnish(aws)
    record = {
        "modelId": "amazon.nova-pro-v1:0",
        "requestMetadata": {"team": "a"},
        "input": {"inputBodyJson": {"messages": converse(1)["messages"][:1]}},
        "output": {"outputBodyJson": {}},
    }
    body = gzip.compress(lines([record] * 100))
    client(aws, "s3").put_object(Bucket="bucket", Key="logs/a.json.gz", Body=body)
    options = {
        "invocation_logs_uri": "s3://bucket/logs",
        "use_prompt_response": True,
        "metadata_filters": {"equals": {"team": "a"}},
    }
    done = customized(aws, tmp_path, MICRO, "distillation", [], options=options)
    assert done["job"].details["input"]["train_uri"] is None


def test_reinforcement_with_a_lambda_grader(aws: Cloud, tmp_path: Path) -> None:
    """A typed configuration; no losses are reported, and none are made up."""
    furnish(aws)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("grader.py", "def handler(event, context): return 1")
    client(aws, "lambda").create_function(
        FunctionName="grader", Runtime="python3.12", Role=ROLE, Handler="grader.handler",
        Code={"ZipFile": archive.getvalue()},
    )  # fmt: skip
    rows = [{"messages": [{"role": "user", "content": "2+3?"}], "reference_answer": "5"}] * 100
    model = "amazon.nova-2-lite-v1:0"
    done = customized(aws, tmp_path, model, "reinforcement_fine_tuning", rows, lambdaArn=GRADER, epochCount=1)
    assert done["validation_loss_after"] is None


def test_continued_pre_training(aws: Cloud, tmp_path: Path) -> None:
    """No listed model offers it today; the way is there for one that does."""
    furnish(aws)
    aws.world.set(revived_models=["amazon.titan-text-lite-v1:0"])
    rows = [{"input": f"text {n}"} for n in range(3)]
    model = "amazon.titan-text-lite-v1"
    done = customized(aws, tmp_path, model, "continued_pre_training", rows, epochCount=1)
    assert (
        json.loads((tmp_path / "runs/faq/0123456789ab/metrics.jsonl").read_text().splitlines()[0])["step"]
        == 1
    )
    assert done["training_loss"] is not None
