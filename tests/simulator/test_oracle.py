"""The simulator against replies that AWS gave: the same key sets per state, the same ARN forms."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from simulator.accounts import account, lines, request

from runner.simulator.constraints import violations
from runner.simulator.wire import service_model

RECORDED = json.loads((Path(__file__).parent / "recorded" / "replies.json").read_text(encoding="utf-8"))
RETIRED = [
    "cohere.command-text-v14:7:4k",
    "amazon.titan-text-express-v1:0:8k",
    "amazon.titan-text-lite-v1:0:4k",
]
# Where AWS itself breaks its published output constraints, and we with it.
AS_AWS = re.compile(r"validationDataConfig|baseModelName")


def replies(simulator, base="amazon.nova-micro-v1:0:128k"):
    """Every reply that is recorded, by operation and state."""
    simulator.world.set(revived_models=RETIRED)
    role, bedrock = account(simulator), simulator.client("bedrock")
    pairs = lines([{"prompt": "a", "completion": "b"}] * 40)
    if not base.startswith("amazon.nova"):
        simulator.client("s3").put_object(Bucket="bucket", Key="in/train.jsonl", Body=pairs)
    found = {}

    def job(number, **changes):
        asked = request(
            role, jobName=f"j{number}", customModelName=f"m{number}", baseModelIdentifier=base, **changes
        )
        return bedrock.create_model_customization_job(**asked)["jobArn"]

    def get(arn):
        reply = bedrock.get_model_customization_job(jobIdentifier=arn)
        del reply["ResponseMetadata"]
        found["GetModelCustomizationJob", reply["status"]] = reply
        return reply

    first = job(1, hyperParameters={})
    get(first)
    bedrock.stop_model_customization_job(jobIdentifier=first)
    get(first)
    second = job(2, hyperParameters={})
    simulator.advance(7200)
    model = bedrock.get_custom_model(modelIdentifier=get(second)["outputModelArn"])
    del model["ResponseMetadata"]
    found["GetCustomModel", "Active"] = model
    found["ListCustomModels", "Active"] = bedrock.list_custom_models()["modelSummaries"][0]
    simulator.client("s3").put_object(Bucket="bucket", Key="in/train.jsonl", Body=b"no JSON\n" * 40)
    job(3, hyperParameters={})
    simulator.advance(7200)
    for each in bedrock.list_model_customization_jobs()["modelCustomizationJobSummaries"]:
        found["ListModelCustomizationJobs", each["status"]] = each
    return found


def test_key_sets(simulator):
    found = replies(simulator)
    assert len(RECORDED["replies"]) == 7
    for recorded in RECORDED["replies"]:
        name = (recorded["operation"], recorded["state"])
        keys = set(found[name])
        assert set(recorded["present"]) <= keys, name
        assert not set(recorded["absent"]) & keys, name
        assert keys <= {*recorded["present"], *recorded["either"], *recorded["since"]}, name


@pytest.mark.parametrize("base", RETIRED)
def test_arn_forms(simulator, base):
    found = replies(simulator, base)
    job, model = found["GetModelCustomizationJob", "Completed"], found["GetCustomModel", "Active"]
    values = {"jobArn": job["jobArn"], "modelArn": model["modelArn"], "baseModelArn": model["baseModelArn"]}
    for name, recorded in RECORDED["arns"].items():
        assert re.fullmatch(recorded["form"].replace("{base}", re.escape(base)), values[name])
        example = recorded["example"].replace("<account>", "123456789012").replace("<12>", "0a1b2c3d4e5f")
        assert re.fullmatch(recorded["form"].replace("{base}", re.escape(recorded["base"])), example)


def test_values(simulator):
    found = replies(simulator)
    job = found["GetModelCustomizationJob", "Completed"]
    assert job["validationMetrics"] == []
    assert found["ListCustomModels", "Active"]["baseModelName"] == ""
    assert 0 < (job["lastModifiedTime"] - job["endTime"]).total_seconds() < 1


def test_replies_fit_the_service_model(simulator):
    """Every constraint of the published output shapes, but for those that AWS breaks too."""
    shapes = {
        "GetModelCustomizationJob": "GetModelCustomizationJobResponse",
        "GetCustomModel": "GetCustomModelResponse",
        "ListCustomModels": "CustomModelSummary",
        "ListModelCustomizationJobs": "ModelCustomizationJobSummary",
    }
    for (operation, state), reply in replies(simulator).items():
        shape = service_model("bedrock").shape_for(shapes[operation])
        wrong = [each for each in violations(shape, reply) if not AS_AWS.search(each)]
        assert not wrong, (operation, state)
