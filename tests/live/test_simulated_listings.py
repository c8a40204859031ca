"""The simulator's listing services, asked by boto3 over HTTP: models, quotas, prices, policy simulation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from runner.simulator.running import Simulator

JOB_ROLE = "arn:aws:iam::123456789012:role/job"


def test_the_list_is_of_the_region(simulator: Simulator) -> None:
    """Nova Pro is customizable in eu-west-2, Nova Micro is not, and a far region lists only the base."""
    here = {m["modelId"]: m for m in listed(simulator, "us-east-1")}
    there = {m["modelId"]: m for m in listed(simulator, "eu-west-2")}
    assert here["amazon.nova-micro-v1:0:128k"]["customizationsSupported"] == ["FINE_TUNING", "DISTILLATION"]
    assert here["amazon.nova-micro-v1:0"]["customizationsSupported"] == []
    assert "amazon.nova-pro-v1:0:300k" in there
    assert "amazon.nova-micro-v1:0:128k" not in there


def test_filters_and_details(simulator: Simulator) -> None:
    """Filters apply together; one model is found by identifier and by ARN, with its dates."""
    bedrock = simulator.client("bedrock")
    tuned = bedrock.list_foundation_models(byCustomizationType="DISTILLATION", byProvider="amazon")
    assert {m["modelName"] for m in tuned["modelSummaries"]} == {"Nova Micro", "Nova Lite", "Nova Pro"}
    simulator.world.put(
        "foundation-model",
        "x",
        {
            "id": "amazon.nova-lite-v1:0:300k",
            "lifecycle": {"status": "LEGACY", "legacyTime": "2026-11-01T00:00:00+00:00"},
        },
    )
    arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k"
    details = bedrock.get_foundation_model(modelIdentifier=arn)["modelDetails"]
    assert details["modelLifecycle"]["status"] == "LEGACY"
    assert details["modelLifecycle"]["legacyTime"].year == 2026
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_foundation_model(modelIdentifier="amazon.titan-text-lite-v1:0:4k")


def test_quotas_come_in_pages_and_can_be_granted(simulator: Simulator) -> None:
    """More than one page; what the account was granted stands in the list, the default in its own."""
    client = simulator.client("service-quotas")
    simulator.world.put("quota", "L-0406044C", {"code": "L-0406044C", "value": 25})
    pages = list(client.get_paginator("list_service_quotas").paginate(ServiceCode="bedrock"))
    assert len(pages) > 1
    assert client.get_service_quota(ServiceCode="bedrock", QuotaCode="L-0406044C")["Quota"]["Value"] == 25
    defaults = client.list_aws_default_service_quotas(ServiceCode="bedrock", MaxResults=1)["Quotas"]
    assert defaults[0]["Value"] == 10
    with pytest.raises(client.exceptions.NoSuchResourceException):
        client.get_service_quota(ServiceCode="bedrock", QuotaCode="L-NONE")


def test_prices_are_texts_in_pages(simulator: Simulator) -> None:
    """A product is a JSON text with its usage type and a price in USD."""
    client = simulator.client("pricing")
    region = {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"}
    pages = client.get_paginator("get_products").paginate(
        ServiceCode="AmazonBedrock", Filters=[region], PaginationConfig={"PageSize": 5}
    )
    products = [json.loads(text) for page in pages for text in page["PriceList"]]
    names = {product["product"]["attributes"]["usagetype"] for product in products}
    assert "USE1-Nova2.0Lite-Customization-Training" in names
    assert all(name.startswith("USE1-") for name in names)


@pytest.mark.parametrize(
    ("statements", "action", "resource", "decision"),
    [
        ([{"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::data/*"}], "s3:GetObject",
         "arn:aws:s3:::data/a.jsonl", "allowed"),
        ([{"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::data/*"}], "s3:GetObject",
         "arn:aws:s3:::other/a.jsonl", "implicitDeny"),
        ([{"Effect": "Allow", "Action": "*", "Resource": "*"},
          {"Effect": "Deny", "Action": ["s3:PutObject"], "Resource": "arn:aws:s3:::data/*"}], "s3:PutObject",
         "arn:aws:s3:::data/a", "explicitDeny"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "iam:PassRole", "*", "implicitDeny"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "bedrock:Get", "*", "allowed"),
        ([{"Effect": "Allow", "Action": "S3:getobject", "NotResource": "arn:aws:s3:::x/*"}], "s3:GetObject",
         "arn:aws:s3:::data/a", "allowed"),
        ([{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
           "Condition": {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}}], "iam:PassRole",
         JOB_ROLE, "implicitDeny"),
    ],
)  # fmt: skip
def test_policy_language(
    simulator: Simulator, statements: list[dict[str, Any]], action: str, resource: str, decision: str
) -> None:
    """Wildcards, deny over allow, NotAction, NotResource, case, and a condition without its context."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    reply = simulator.client("iam").simulate_custom_policy(
        PolicyInputList=[policy], ActionNames=[action], ResourceArns=[resource]
    )
    assert [result["EvalDecision"] for result in reply["EvaluationResults"]] == [decision]


def test_a_roles_own_policies_are_simulated(simulator: Simulator) -> None:
    """Inline and attached policies count together; a context entry makes the condition hold."""
    iam = simulator.client("iam")
    iam.create_role(RoleName="job", AssumeRolePolicyDocument="{}")
    allow = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
             "Condition": {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}}  # fmt: skip
    iam.put_role_policy(RoleName="job", PolicyName="inline", PolicyDocument=document(allow))
    deny = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}
    policy = iam.create_policy(PolicyName="attached", PolicyDocument=document(deny))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="job", PolicyArn=policy)
    reply = iam.simulate_principal_policy(
        PolicySourceArn=JOB_ROLE,
        ActionNames=["iam:PassRole", "s3:DeleteObject"],
        ContextEntries=[
            {
                "ContextKeyName": "iam:PassedToService",
                "ContextKeyValues": ["bedrock.amazonaws.com"],
                "ContextKeyType": "string",
            }
        ],
    )
    decisions = {each["EvalActionName"]: each["EvalDecision"] for each in reply["EvaluationResults"]}
    assert decisions == {"iam:PassRole": "allowed", "s3:DeleteObject": "explicitDeny"}


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:iam::123456789012:role/none", "NoSuchEntityException"),
        ("arn:aws:sts::123456789012:assumed-role/job/me", "InvalidInputException"),
    ],
)
def test_principals_that_cannot_be_simulated(simulator: Simulator, arn: str, code: str) -> None:
    """An unknown role, and a session in place of its role."""
    iam = simulator.client("iam")
    with pytest.raises(getattr(iam.exceptions, code)):
        iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])


def listed(simulator: Simulator, region: str) -> list[dict[str, Any]]:
    """One region's list."""
    client = simulator.connection(region).client("bedrock")
    return list(client.list_foundation_models()["modelSummaries"])


def document(statement: dict[str, Any]) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
