"""The engine: routes by the service model, checks requests, answers in AWS's form, and is loud about gaps."""

from __future__ import annotations

import json
import time
import urllib.request

import pytest
from botocore.exceptions import ClientError

from runner.simulator import tagging
from runner.simulator.constraints import matcher
from runner.simulator.world import World

DEPLOYMENT = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdefghijkl"


def test_s3_falls_through(simulator):
    s3 = simulator.client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="a/b.jsonl", Body=b"{}")
    assert s3.get_object(Bucket="bucket", Key="a/b.jsonl")["Body"].read() == b"{}"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "a/b.jsonl"})
    assert urllib.request.urlopen(url).read() == b"{}"
    assert simulator.calls == ["CreateBucket", "PutObject", "GetObject", "GetObject"]


@pytest.mark.parametrize(
    ("service", "operation", "asked"),
    [
        ("bedrock", "list_guardrails", {}),
        ("bedrock-runtime", "list_async_invokes", {}),
        ("kms", "describe_custom_key_stores", {}),
        ("s3", "get_bucket_analytics_configuration", {"Bucket": "bucket", "Id": "x"}),
        ("dynamodb", "list_tables", {}),
        ("sns", "list_topics", {}),
    ],
)
def test_what_nobody_implements_is_loud(simulator, service, operation, asked):
    """A distinct error that no client takes for an outage of AWS, not retried, and recorded."""
    simulator.client("s3").create_bucket(Bucket="bucket")
    simulator.calls.clear()
    with pytest.raises(ClientError) as refused:
        getattr(simulator.client(service), operation)(**asked)
    found = refused.value.response
    assert (found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"]) == (
        "SimulatorNotImplemented",
        501,
    )
    assert len(simulator.calls) == len(simulator.problems) == 1
    simulator.problems.clear()


def test_a_bug_of_ours_is_loud_and_changes_nothing(simulator):
    """A reply that the service model does not know is no reply."""
    arn = simulator.world.arn("us-east-1", "custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl")
    simulator.world.put("custom-model", arn, {"arn": arn, "region": "us-east-1", "nonsense": 1})
    with pytest.raises(ClientError, match="SimulatorBug"):
        simulator.client("bedrock").get_custom_model(modelIdentifier=arn)
    assert "KeyError" in simulator.problems.pop()


def test_tags(simulator):
    """An ARN travels escaped in a path, and whole in a body."""
    tagging.start(simulator.world, DEPLOYMENT, [{"key": "old", "value": "x"}])
    bedrock = simulator.client("bedrock")
    bedrock.tag_resource(resourceARN=DEPLOYMENT, tags=[{"key": "a", "value": "b"}])
    bedrock.untag_resource(resourceARN=DEPLOYMENT, tagKeys=["old", "never there"])
    assert bedrock.list_tags_for_resource(resourceARN=DEPLOYMENT)["tags"] == [{"key": "a", "value": "b"}]
    with pytest.raises(bedrock.exceptions.TooManyTagsException):
        bedrock.tag_resource(resourceARN=DEPLOYMENT, tags=[{"key": f"k{n}", "value": ""} for n in range(51)])


def test_modelled_status_codes(simulator):
    bedrock = simulator.client("bedrock")
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException) as refused:
        bedrock.list_tags_for_resource(resourceARN=DEPLOYMENT)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "Value null at 'resourceARN' failed to satisfy constraint: Member must not be null"),
        ({"resourceARN": DEPLOYMENT, "tags": 7}, "tags must be a list"),
        ({"resourceARN": DEPLOYMENT, "tags": [{"key": "k"}]}, "Value null at 'tags.1.member.value'"),
        ({"resourceARN": DEPLOYMENT, "tags": [], "more": 1}, "unknown members: more"),
        ({"resourceARN": DEPLOYMENT, "tags": [{"key": "é", "value": "é"}]}, "2 validation errors detected"),
        ({"resourceARN": DEPLOYMENT, "tags": [{"key": "k" * 129, "value": ""}]}, "less than or equal to 128"),
        ({"resourceARN": DEPLOYMENT, "tags": [{"key": "k", "value": "é"}]}, "regular expression pattern"),
    ],
)
def test_the_model_is_enforced(simulator, asked, message):
    """boto3's own check is off: what it does not look at, and what it does, is refused by AWS."""
    from runner.simulator.refused import COMMON_STATUS

    body = json.dumps(asked).encode()
    credential = "Credential=x/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {credential}", "Content-Type": "application/json"}
    sent = urllib.request.Request(f"{simulator.url}/tagResource", body, headers, method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(sent)
    assert message in json.loads(refused.value.read())["message"]
    assert refused.value.headers["x-amzn-ErrorType"] in COMMON_STATUS


@pytest.mark.parametrize(
    ("config", "given"), [({}, "none"), ({"rftConfig": {}, "distillationConfig": {}}, "rftConfig,")]
)
def test_of_a_union_exactly_one(config, given):
    from runner.simulator.constraints import violations
    from runner.simulator.wire import service_model

    shape = service_model("bedrock").shape_for("CustomizationConfig")
    assert given in next(each for each in violations(shape, config) if "exactly one" in each)


def test_patterns_do_not_backtrack():
    """AWS's own pattern for a job name takes exponential time in Python's `re`."""
    from runner.simulator.wire import service_model

    pattern = service_model("bedrock").shape_for("JobName").metadata["pattern"]
    begin = time.process_time()
    assert not matcher(pattern)("a" + "-" * 5000 + "!")
    assert matcher(pattern)("a" + "-" * 30 + "+b.c")
    assert time.process_time() - begin < 1
    assert matcher("a.{1,1024}")("ab" * 500)  # a count that RE2 refuses


def test_ids_come_again_with_the_seed():
    worlds = [World(seed=1), World(seed=1), World(seed=2)]
    ids = [[world.id() for _ in range(3)] for world in worlds]
    assert ids[0] == ids[1] != ids[2]
    assert len(set(ids[0])) == 3
    for world in worlds:
        world.close()


def test_the_clock(tmp_path):
    world = World(tmp_path / "w.sqlite", rate=0)
    before = world.seconds()
    world.advance(100)
    assert world.seconds() - before == 100
    with pytest.raises(ValueError, match="does not go back"):
        world.advance(-1)
    world.run_at(1000)
    world.close()
    again = World(tmp_path / "w.sqlite")
    assert again.clock.rate == 1000
    assert again.seconds() >= before + 100
    again.close()


def test_a_refused_call_changes_nothing():
    world = World()

    def half_done():
        with world.transaction():
            world.put("kind", "key", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert world.get("kind", "key") is None
    world.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-runner-simulator": "1"}, 200),
        ({}, 403),
        ({"x-runner-simulator": "1", "Host": "evil.example:80"}, 403),
    ],
)
def test_no_page_in_a_browser_can_give_orders(simulator, headers, status):
    """A header that pages cannot send across origins, and the host, which a rebound name gives away."""
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, Request, build_opener

    asked = Request(f"{simulator.url}/_simulator/ping", b"{}", headers)
    try:
        with build_opener(ProxyHandler({})).open(asked, timeout=10) as reply:
            answered = reply.status
    except HTTPError as error:
        answered = error.code
        error.close()
    assert answered == status
