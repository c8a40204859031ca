"""The preflight: everything that is wrong, at once, with the fix; nothing is uploaded or started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")

from bedrock.account import ALL, REACH, ROLE, TRUST, client, errand, furnish
from bedrock.stage import Cloud

from runner.bedrock.preflight import findings, preflight
from runner.bedrock.roles import trust_findings
from runner.errors import BusyError, RecipeError

ELSEWHERE = {**TRUST, "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}
KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"


def codes(aws: Cloud, root: Path, **options: Any) -> list[tuple[str, str]]:
    """Code and severity of every finding."""
    return [(one.code, one.severity) for one in findings(errand(aws, root, **options))]


def test_a_good_account_has_no_findings(aws: Cloud, tmp_path: Path) -> None:
    """And nothing was written anywhere."""
    furnish(aws)
    assert codes(aws, tmp_path) == []
    preflight(errand(aws, tmp_path))
    assert not {"PutObject", "CreateModelCustomizationJob"} & set(aws.world.calls)


def test_everything_comes_at_once(aws: Cloud, tmp_path: Path) -> None:
    """Role without trust and rights, a bucket elsewhere, a key that is not there: one run tells all."""
    furnish(aws, trust=ELSEWHERE, reach={**REACH, "Action": ["s3:GetObject"]})
    where = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    client(aws, "s3", "eu-west-1").create_bucket(Bucket="far", **where)
    with pytest.raises(RecipeError) as caught:
        preflight(errand(aws, tmp_path, data_uri="s3://far/in", kms_key_arn=KEY))
    found = caught.value.findings
    assert {"P302", "P303", "P305", "P307"} <= {one.code for one in found}
    assert all(one.fix for one in found)
    assert "PutObject" not in aws.world.calls


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"role_arn": "arn:aws:iam::123456789012:role/none"}, "P302", "no role"),
        ({"role_arn": "arn:aws:iam::999999999999:role/job"}, "P302", "account 999999999999"),
        ({"output_uri": "s3://nowhere-at-all/out"}, "P305", "no bucket"),
        ({"kms_key_arn": KEY.replace("us-east-1", "eu-west-1")}, "P307", "eu-west-1"),
        ({"role_arn": None}, "P301", "role_arn is not set"),
        ({"base_custom_model": "none-such"}, "P309", "no custom model none-such"),
        ({"output_uri": "s3://bucket/a=b"}, "P207", "s3Uri"),
    ],
)
def test_one_wrong_thing(aws: Cloud, tmp_path: Path, options: dict[str, Any], code: str, words: str) -> None:
    """Named, with the option it comes from."""
    furnish(aws)
    found = [one for one in findings(errand(aws, tmp_path, **options)) if one.severity == "error"]
    assert any(one.code == code and words in one.message for one in found), found


def test_what_the_role_and_you_lack_is_named(aws: Cloud, tmp_path: Path) -> None:
    """The action and the resource, for each."""
    deny = {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}
    furnish(aws, reach={**REACH, "Action": ["s3:GetObject", "s3:ListBucket"]}, caller=ALL)
    client(aws, "iam").put_user_policy(
        UserName="me", PolicyName="no", PolicyDocument=__import__("json").dumps(
            {"Version": "2012-10-17", "Statement": [deny]}
        ),
    )  # fmt: skip
    found = {one.code: one for one in findings(errand(aws, tmp_path))}
    assert "s3:PutObject on arn:aws:s3:::bucket/out" in found["P303"].message
    assert f"iam:PassRole on {ROLE}" in found["P304"].message


def test_a_recipe_cannot_send_data_to_another_account(
    aws: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner of a bucket is checked; that it is somebody else, only the environment may say."""
    furnish(aws)
    stranger = errand(aws, tmp_path, bucket_owner="999999999999")
    with pytest.raises(RecipeError) as caught:
        preflight(stranger)
    assert "RUNNER_BUCKET_OWNERS=999999999999" in caught.value.findings[0].fix
    monkeypatch.setenv("RUNNER_BUCKET_OWNERS", "888888888888,999999999999")
    assert "P305" not in {one.code for one in findings(stranger) if "because" in one.message}


def test_what_may_not_be_asked_is_said(aws: Cloud, tmp_path: Path) -> None:
    """No right to read IAM: warnings, and the run goes on."""
    from runner.simulator import faults

    furnish(aws)
    for operation in ("GetRole", "SimulatePrincipalPolicy", "GetServiceQuota"):
        faults.add(aws.world, faults.Fault(operation, "access denied", 99))
    found = codes(aws, tmp_path)
    assert set(found) == {("P308", "warning")}
    preflight(errand(aws, tmp_path))


def test_a_full_account_is_busy(aws: Cloud, tmp_path: Path) -> None:
    """No room for one more job is nothing that is wrong with the recipe."""
    furnish(aws)
    aws.world.put("quota", "L-0406044C", {"code": "L-0406044C", "value": 0})
    with pytest.raises(BusyError, match="no room"):
        preflight(errand(aws, tmp_path))


def test_a_legacy_model_is_refused(aws: Cloud, tmp_path: Path) -> None:
    """AWS's own word wins over the file."""
    furnish(aws)
    document = {
        "id": "amazon.nova-micro-v1:0:128k",
        "lifecycle": {"status": "LEGACY", "legacyTime": "2026-11-01T00:00:00+00:00"},
    }
    aws.world.put("foundation-model", "any", document)
    with pytest.raises(RecipeError) as caught:
        preflight(errand(aws, tmp_path))
    assert caught.value.findings[0].code == "P110"


@pytest.mark.parametrize(
    ("statement", "severity"),
    [
        (TRUST, None),
        ({**TRUST, "Principal": {"Service": ["x.amazonaws.com", "bedrock.amazonaws.com"]}}, None),
        ({**TRUST, "Condition": {}}, "warning"),
        ({**TRUST, "Principal": {"Service": "lambda.amazonaws.com"}}, "error"),
        ({**TRUST, "Effect": "Deny"}, "error"),
        (ELSEWHERE, "error"),
        ({**TRUST, "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:bedrock:eu-west-1:*:*"}}}, "error"),
    ],
)
def test_trust_policies(statement: dict[str, Any], severity: str | None) -> None:
    """Who may assume the role, and for whose jobs."""
    found = list(trust_findings({"Statement": [statement]}, "123456789012", "us-east-1"))
    assert [one.severity for one in found] == ([severity] if severity else [])
