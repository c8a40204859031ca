"""Distillation, reinforcement, continued pre-training, custom models as bases, stopping, metric layouts."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest
from simulator.accounts import account, converse, lines, request
from simulator.test_refusals import create, refused

PREMIER = "us.amazon.nova-premier-v1:0"


def teacher(name="amazon.nova-pro-v1:0"):
    return {
        "distillationConfig": {
            "teacherModelConfig": {"teacherModelIdentifier": name, "maxResponseLengthForInference": 1000}
        }
    }


def finished(simulator, job):
    simulator.advance(7200)
    return simulator.client("bedrock").get_model_customization_job(jobIdentifier=job)


def distil(simulator, role, **changes):
    given = {
        "customizationType": "DISTILLATION",
        "hyperParameters": None,
        "customizationConfig": teacher(),
        **changes,
    }
    return create(simulator, role, **given)


def test_distillation_by_prompts(simulator):
    role = account(simulator)
    prompts = [{**converse(n), "messages": converse(n)["messages"][:1]} for n in range(100)]
    simulator.client("s3").put_object(Bucket="bucket", Key="in/train.jsonl", Body=lines(prompts))
    reply = finished(simulator, distil(simulator, role)()["jobArn"])
    assert reply["status"] == "Completed"
    assert reply["customizationConfig"] == teacher()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("meta.llama3-1-70b-instruct-v1:0", "is not a teacher model for amazon.nova-micro"),
        (PREMIER, "end of life"),
    ],
)
def test_teachers(simulator, name, message):
    assert message in refused(distil(simulator, account(simulator), customizationConfig=teacher(name)))


def test_distillation_by_logs(simulator):
    """Only records that pass the filters and come from the teacher count."""
    role = account(simulator)
    record = {
        "modelId": "amazon.nova-pro-v1:0",
        "requestMetadata": {"team": "a"},
        "input": {"inputBodyJson": {"messages": converse(1)["messages"][:1]}},
        "output": {"outputBodyJson": {}},
    }
    logs = [record] * 100 + [{**record, "requestMetadata": {"team": "b"}}, {**record, "modelId": "other"}] * 5
    s3 = simulator.client("s3")
    for count, key in ((100, "a"), (10, "b")):
        s3.put_object(
            Bucket="bucket",
            Key=f"logs/{key}.json.gz",
            Body=gzip.compress(lines(logs[:count] if key == "a" else logs[100:])),
        )
    source = {
        "usePromptResponse": True,
        "invocationLogSource": {"s3Uri": "s3://bucket/logs"},
        "requestMetadataFilters": {"equals": {"team": "a"}},
    }
    job = distil(simulator, role, trainingDataConfig={"invocationLogsConfig": source})()["jobArn"]
    assert finished(simulator, job)["status"] == "Completed"
    assert simulator.world.get("job", job)["counts"]["training"] == 100


def test_reinforcement_needs_its_grader(simulator):
    role = account(simulator)
    rows = [{"messages": [{"role": "user", "content": "2+3?"}], "reference_answer": "5"}] * 100
    simulator.client("s3").put_object(Bucket="bucket", Key="in/train.jsonl", Body=lines(rows))
    grader = "arn:aws:lambda:us-east-1:123456789012:function:grader"
    config = {
        "rftConfig": {
            "graderConfig": {"lambdaGrader": {"lambdaArn": grader}},
            "hyperParameters": {"epochCount": 1},
        }
    }
    asked = create(
        simulator,
        role,
        baseModelIdentifier="amazon.nova-2-lite-v1:0:256k",
        customizationType="REINFORCEMENT_FINE_TUNING",
        hyperParameters=None,
        customizationConfig=config,
    )
    assert "Could not find the Lambda function" in refused(asked)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("grader.py", "def handler(event, context): return 1")
    simulator.client("lambda").create_function(
        FunctionName="grader",
        Runtime="python3.12",
        Role=role,
        Handler="grader.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    job = asked()["jobArn"]
    reply = finished(simulator, job)
    assert reply["status"] == "Completed"
    assert "trainingMetrics" not in reply


def test_continued_pre_training_of_a_revived_model(simulator):
    simulator.world.set(revived_models=["amazon.titan-text-lite-v1:0"])
    role = account(simulator)
    simulator.client("s3").put_object(
        Bucket="bucket", Key="in/train.jsonl", Body=lines([{"input": "text"}] * 3)
    )
    asked = create(
        simulator,
        role,
        baseModelIdentifier="amazon.titan-text-lite-v1",
        customizationType="CONTINUED_PRE_TRAINING",
    )
    job = asked()["jobArn"]
    assert "/amazon.titan-text-lite-v1:0:4k/" in job
    assert finished(simulator, job)["status"] == "Completed"


def test_on_top_of_a_custom_model(simulator):
    role = account(simulator)
    first = finished(simulator, create(simulator, role)()["jobArn"])
    for number, base in enumerate((first["outputModelArn"], "model-1")):
        asked = create(
            simulator,
            role,
            jobName=f"next-{number}",
            customModelName=f"next-{number}",
            baseModelIdentifier=base,
        )
        reply = finished(simulator, asked()["jobArn"])
        assert (reply["status"], reply["baseModelArn"]) == ("Completed", first["baseModelArn"])


def test_stopping_takes_time(simulator):
    role, bedrock = account(simulator), simulator.client("bedrock")
    job = create(simulator, role)()["jobArn"]
    bedrock.stop_model_customization_job(jobIdentifier=job)
    assert bedrock.get_model_customization_job(jobIdentifier="job-1")["status"] == "Stopping"
    assert "Stopping" in refused(
        lambda: bedrock.stop_model_customization_job(jobIdentifier=job), "ConflictException"
    )
    simulator.advance(61)
    reply = bedrock.get_model_customization_job(jobIdentifier=job)
    assert (reply["status"], "endTime" in reply, "outputModelArn" in reply) == ("Stopped", True, False)
    simulator.advance(7200)
    assert bedrock.list_custom_models()["modelSummaries"] == []


def test_every_layout_and_origin(simulator):
    role, s3 = account(simulator), simulator.client("s3")
    validators = {"validators": [{"s3Uri": "s3://bucket/in/validation.jsonl"}]}
    seen = set()
    for number, layout in enumerate(("guide", "samples", "flat")):
        simulator.world.set(metrics_layout=layout, step_origin=number % 2)
        asked = create(
            simulator,
            role,
            jobName=f"j{number}",
            customModelName=f"m{number}",
            validationDataConfig=validators,
            outputDataConfig={"s3Uri": f"s3://bucket/out{number}/"},
        )
        reply = finished(simulator, asked()["jobArn"])
        assert len(reply["validationMetrics"]) == 1
        found = s3.list_objects_v2(Bucket="bucket", Prefix=f"out{number}/")["Contents"]
        (key,) = [each["Key"] for each in found if each["Key"].endswith("validation_metrics.csv")]
        rows = s3.get_object(Bucket="bucket", Key=key)["Body"].read().decode().splitlines()
        assert rows[0] == "step_number,epoch_number,validation_loss,perplexity"
        assert rows[1].split(",")[1] == str(number % 2)
        seen.add(key.partition("validation_artifacts")[2])
    assert len(seen) == 3


def test_lists(simulator):
    role, bedrock = account(simulator), simulator.client("bedrock")
    simulator.world.set(concurrent_jobs=10)
    for number in range(5):
        create(simulator, role, jobName=f"job-{number}", customModelName=f"model-{number}")()
        simulator.advance(1)
    pages = bedrock.get_paginator("list_model_customization_jobs").paginate(PaginationConfig={"PageSize": 2})
    names = [each["jobName"] for found in pages for each in found["modelCustomizationJobSummaries"]]
    assert names == [f"job-{number}" for number in (4, 3, 2, 1, 0)]
    assert (
        bedrock.list_model_customization_jobs(statusEquals="Completed")["modelCustomizationJobSummaries"]
        == []
    )
    found = bedrock.list_model_customization_jobs(
        nameContains="b-3", sortBy="CreationTime", sortOrder="Ascending"
    )
    assert [each["jobName"] for each in found["modelCustomizationJobSummaries"]] == ["job-3"]
    elsewhere = simulator.client("bedrock", "us-west-2").list_model_customization_jobs()
    assert elsewhere["modelCustomizationJobSummaries"] == []


def test_a_model_in_use_is_not_deleted(simulator):
    from runner.simulator.bedrock.custom_models import plant

    arn, bedrock = plant(simulator.world, name="m"), simulator.client("bedrock")
    simulator.world.put("deployment", "d", {"arn": "d", "modelArn": arn, "status": "Active"})
    assert "in use by d" in refused(
        lambda: bedrock.delete_custom_model(modelIdentifier=arn), "ConflictException"
    )
    simulator.world.delete("deployment", "d")
    bedrock.delete_custom_model(modelIdentifier="m")


def test_settings_are_known_by_name(simulator):
    with pytest.raises(KeyError, match="no such setting: sped"):
        simulator.world.set(sped=1)
    assert json.dumps(request("r"))
