"""What CreateModelCustomizationJob refuses, and what fails inside a job."""

from __future__ import annotations

import copy
import json

import pytest
from botocore.exceptions import ClientError
from simulator.accounts import REACH, TRUST, account, converse, lines, request

KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"


def refused(call, code="ValidationException"):
    """The message with which the call is refused."""
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == code, error.value
    return error.value.response["Error"]["Message"]


def create(simulator, role, region="us-east-1", **changes):
    return lambda: simulator.client("bedrock", region).create_model_customization_job(
        **request(role, **changes)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"jobName": "not_this"}, "regular expression"),
        ({"jobName": "-" * 40 + "!"}, "regular expression"),
        ({"jobName": "a" + "-" * 61 + "!"}, "regular expression"),
        ({"jobName": "j" * 64}, "less than or equal to 63"),
        ({"customModelName": "a.b"}, "regular expression"),
        ({"trainingDataConfig": {"s3Uri": "s3://bucket/dt=1/t.jsonl"}}, "regular expression"),
        ({"trainingDataConfig": {"s3Uri": "s3://bucket/in//t.jsonl"}}, "regular expression"),
        ({"customizationType": "MAGIC"}, "enum value set"),
        ({"jobTags": [{"key": "k", "value": "あ"}]}, "regular expression"),
        ({"trainingDataConfig": {}}, "Either s3Uri or invocationLogsConfig"),
        ({"trainingDataConfig": {"s3Uri": "s3://bucket/in/none.jsonl"}}, "Could not find an object"),
        ({"outputDataConfig": {"s3Uri": "s3://no-such-bucket/out"}}, "Could not find the S3 bucket"),
        ({"baseModelIdentifier": "amazon.nova-nothing-v1:0"}, "model identifier is invalid"),
        ({"baseModelIdentifier": "amazon.titan-text-express-v1"}, "ENDED"),
        ({"baseModelIdentifier": "meta.llama3-1-8b-instruct-v1:0:128k"}, "cannot be customized in us-east-1"),
        ({"customizationType": "CONTINUED_PRE_TRAINING"}, "does not support the customization type"),
        (
            {"hyperParameters": {"epochCount": "6", "speed": "1"}},
            "unknown hyperparameter speed; epochCount must be",
        ),
        ({"hyperParameters": {"epochCount": "2.0"}}, "must be an integer"),
        ({"hyperParameters": {"learningRate": "0.1"}}, "between 1e-06 and 0.0001"),
        (
            {"customModelKmsKeyId": KEY},
            "Could not find the KMS key",
        ),
        (
            {
                "baseModelIdentifier": "amazon.nova-2-lite-v1:0:256k",
                "validationDataConfig": {"validators": [{"s3Uri": "s3://bucket/in/validation.jsonl"}]},
            },
            "Validation data are not supported",
        ),
        ({"customizationType": "DISTILLATION", "hyperParameters": None}, "distillationConfig is required"),
        ({"roleArn": "arn:aws:iam::123456789012:role/none"}, "Could not assume provided IAM role"),
    ],
)
def test_refused_at_once(simulator, changes, message):
    assert message in refused(create(simulator, account(simulator), **changes))


def test_a_new_role_is_not_visible_at_once(simulator):
    role = account(simulator)
    iam = simulator.client("iam")
    iam.update_assume_role_policy(RoleName="job", PolicyDocument=json.dumps(TRUST))
    assert "Could not assume provided IAM role" in refused(create(simulator, role))
    simulator.advance(11)
    create(simulator, role)()


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": "210987654321"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:eu-west-1:*:model-customization-job/*"}},
        {"IpAddress": {"aws:SourceIp": "1.2.3.4"}},
    ],
)
def test_trust_conditions_hold(simulator, condition):
    trust = copy.deepcopy(TRUST)
    trust["Statement"][0]["Condition"] = condition
    assert "Could not assume" in refused(create(simulator, account(simulator, trust=trust)))


def test_a_role_must_reach_its_buckets(simulator):
    reach = copy.deepcopy(REACH)
    reach["Statement"][0]["Action"] = ["s3:GetObject", "s3:ListBucket"]
    message = refused(create(simulator, account(simulator, reach=reach)))
    assert "is not allowed to s3:PutObject on arn:aws:s3:::bucket/out/" in message


def test_names_and_tokens(simulator):
    """The same token again is the same job; another request with a name that is taken is refused."""
    role, bedrock = account(simulator), simulator.client("bedrock")
    first = create(simulator, role, clientRequestToken="token-1")()["jobArn"]
    assert create(simulator, role, clientRequestToken="token-1")()["jobArn"] == first
    assert len(bedrock.list_model_customization_jobs()["modelCustomizationJobSummaries"]) == 1
    different = create(simulator, role, clientRequestToken="token-1", jobName="job-2")
    assert "different parameters" in refused(different, "ConflictException")
    assert "job name is currently in use" in refused(create(simulator, role))
    assert "custom model name is already in use" in refused(create(simulator, role, jobName="job-2"))


def test_only_so_many_at_a_time(simulator):
    role = account(simulator)
    for number in (1, 2):
        create(simulator, role, jobName=f"job-{number}", customModelName=f"model-{number}")()
    third = create(simulator, role, jobName="job-3", customModelName="model-3")
    assert "concurrent" in refused(third, "ServiceQuotaExceededException")
    simulator.advance(3600)
    third()


def test_a_bucket_elsewhere(simulator):
    role = account(simulator)
    place = {"LocationConstraint": "eu-west-1"}
    simulator.client("s3", "eu-west-1").create_bucket(Bucket="far-away", CreateBucketConfiguration=place)
    message = refused(create(simulator, role, outputDataConfig={"s3Uri": "s3://far-away/out"}))
    assert "is in eu-west-1" in message


def test_a_legacy_model_takes_no_job(simulator):
    simulator.world.set(legacy_models=["amazon.nova-micro-v1:0"])
    assert "LEGACY" in refused(create(simulator, account(simulator)))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lines([converse(n) for n in range(7)]), "7 records; allowed are 8 to 20000"),
        (lines([converse(n) for n in range(8)]) + b"{\n", "train.jsonl line 9: the line is not JSON"),
        (
            lines([*[converse(n) for n in range(8)], {"prompt": "a", "completion": "b"}]),
            "line 9: schemaVersion",
        ),
        (
            lines([{**converse(n), "system": [{"text": "User: x"}]} for n in range(9)]),
            "keyword user:; train.jsonl line 2",
        ),
        (lines([converse(n, " ") for n in range(9)]), "message 2 has an empty text"),
        (
            lines([{**converse(n), "messages": converse(n)["messages"][:1]} for n in range(9)]),
            "must be of the assistant",
        ),
    ],
)
def test_wrong_data_fail_the_job(simulator, body, message):
    role, bedrock = account(simulator), simulator.client("bedrock")
    simulator.client("s3").put_object(Bucket="bucket", Key="in/train.jsonl", Body=body)
    job = create(simulator, role)()["jobArn"]
    assert bedrock.get_model_customization_job(jobIdentifier=job)["status"] == "InProgress"
    simulator.advance(3600)
    reply = bedrock.get_model_customization_job(jobIdentifier=job)
    assert (reply["status"], "outputModelArn" in reply) == ("Failed", False)
    assert message in reply["failureMessage"]
    assert [each["status"] for each in reply["statusDetails"].values()] == [
        "Failed",
        "NotStarted",
        "NotStarted",
    ]
    assert bedrock.list_custom_models()["modelSummaries"] == []


def test_both_sides_together(simulator):
    role = account(
        simulator, region="us-west-2", trust=json.loads(json.dumps(TRUST).replace("us-east-1", "us-west-2"))
    )
    pair = [{"prompt": "a", "completion": "b"}]
    s3 = simulator.client("s3", "us-west-2")
    s3.put_object(Bucket="bucket", Key="in/train.jsonl", Body=lines(pair * 94))
    s3.put_object(Bucket="bucket", Key="in/validation.jsonl", Body=lines(pair * 5))
    validators = {"validators": [{"s3Uri": "s3://bucket/in/validation.jsonl"}]}
    job = create(
        simulator,
        role,
        "us-west-2",
        baseModelIdentifier="meta.llama3-1-8b-instruct-v1:0",
        hyperParameters={},
        validationDataConfig=validators,
    )()["jobArn"]
    simulator.advance(3600)
    reply = simulator.client("bedrock", "us-west-2").get_model_customization_job(jobIdentifier=job)
    assert "99 records together; allowed are 100 to 10000" in reply["failureMessage"]
