"""The request of a job: what the recipe says, in AWS's members and types, refused before any upload."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from training.cases import Case

from runner.bedrock.names import job_name, model_name, tags, token
from runner.bedrock.options import Options
from runner.bedrock.request import request, text
from runner.executors.bedrock import bedrock
from runner.model import load_model

MANIFEST: Any = SimpleNamespace(manifest={"totals": {"validation": 3}})
ROLE = "arn:aws:iam::123456789012:role/job"
PLACES: dict[str, Any] = {"role_arn": ROLE, "output_uri": "s3://my-bucket/out"}


def planned_settings(
    root: Path, model: str, method: str, options: dict[str, Any], **hyperparameters: Any
) -> dict[str, Any]:
    """The settings that a recipe leads to."""
    case = Case(root, model=model, method=method, hyperparameters=hyperparameters)
    return bedrock(**options).settings(case.recipe, load_model(model), MANIFEST)


def planned(
    root: Path, model: str, method: str, options: dict[str, Any], **hyperparameters: Any
) -> dict[str, Any]:
    """The request that a recipe leads to."""
    settings = planned_settings(root, model, method, options, **hyperparameters)
    plan = {
        "fingerprint": "ab" * 32,
        "job": {"name": "case-abababababab"},
        "recipe": {"name": "case"},
        "dataset": {
            "train_sha256": "1" * 64,
            "validation_sha256": "2" * 64 if settings["validation"] else None,
        },
        "executor": {"settings": settings},
    }
    return request(plan, Options(**options), project="p", attempt=1)


def breaches(made: dict[str, Any]) -> list[str]:
    """What AWS's model of the request refuses."""
    from runner.aws.request_check import breaches as found

    return [f"{one.path} {one.message}" for one in found("bedrock", "CreateModelCustomizationJob", made)]


def found(root: Path, model: str, method: str, options: dict[str, Any], **hyperparameters: Any) -> list[Any]:
    """The findings of a plan."""
    case = Case(root, model=model, method=method, hyperparameters=hyperparameters)
    return bedrock(**options).check(case.recipe, load_model(model), MANIFEST)


def test_fine_tuning_sends_texts_and_content_addressed_places(tmp_path: Path) -> None:
    """Hyperparameters are texts without exponents; files are named after their content."""
    made = planned(tmp_path, "amazon.nova-micro-v1:0", "fine_tuning", PLACES, epochCount=2)
    assert made["customizationType"] == "FINE_TUNING"
    assert made["baseModelIdentifier"] == "amazon.nova-micro-v1:0:128k"
    assert made["hyperParameters"]["epochCount"] == "2"
    assert made["hyperParameters"]["learningRate"] == "0.00001"
    assert made["trainingDataConfig"] == {"s3Uri": f"s3://my-bucket/out/data/{'1' * 64}.jsonl"}
    assert made["validationDataConfig"]["validators"] == [
        {"s3Uri": f"s3://my-bucket/out/data/{'2' * 64}.jsonl"}
    ]
    assert breaches(made) == []


def test_every_option_has_its_member(tmp_path: Path) -> None:
    """Key, VPC, tags, validators, a custom model as the base: each where AWS expects it."""
    arn = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    options = {
        **PLACES,
        "data_uri": "s3://other-bucket/in/",
        "kms_key_arn": arn,
        "subnet_ids": ("subnet-1",),
        "security_group_ids": ("sg-1",),
        "tags": {"team": "support"},
        "validators": ("s3://my-bucket/more.jsonl",),
        "base_custom_model": "my-first-model",
    }
    made = planned(tmp_path, "amazon.nova-micro-v1:0", "fine_tuning", options)
    assert made["customModelKmsKeyId"] == arn
    assert made["vpcConfig"] == {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    assert {"key": "team", "value": "support"} in made["jobTags"]
    assert {"key": "runner:recipe", "value": "case"} in made["customModelTags"]
    assert made["baseModelIdentifier"] == "my-first-model"
    assert made["trainingDataConfig"]["s3Uri"].startswith("s3://other-bucket/in/1")
    assert made["validationDataConfig"]["validators"][1] == {"s3Uri": "s3://my-bucket/more.jsonl"}
    assert breaches(made) == []


def test_distillation_names_teacher_and_length(tmp_path: Path) -> None:
    """From prompts: a typed configuration, and no map of hyperparameters."""
    made = planned(
        tmp_path, "amazon.nova-micro-v1:0", "distillation", PLACES, maxResponseLengthForInference=500
    )
    teacher = made["customizationConfig"]["distillationConfig"]["teacherModelConfig"]
    assert teacher["teacherModelIdentifier"] == "amazon.nova-pro-v1:0"
    assert teacher["maxResponseLengthForInference"] == 500
    assert "hyperParameters" not in made
    assert breaches(made) == []


def test_distillation_from_logs_with_filters(tmp_path: Path) -> None:
    """Logged calls in place of records, narrowed by typed filters."""
    options = {
        **PLACES,
        "invocation_logs_uri": "s3://my-bucket/logs",
        "use_prompt_response": True,
        "metadata_filters": {"andAll": [{"equals": {"team": "a"}}, {"notEquals": {"kind": "b"}}]},
    }
    made = planned(tmp_path, "amazon.nova-micro-v1:0", "distillation", options)
    logs = made["trainingDataConfig"]["invocationLogsConfig"]
    assert logs["usePromptResponse"] is True
    assert logs["invocationLogSource"] == {"s3Uri": "s3://my-bucket/logs"}
    assert breaches(made) == []


def test_a_filter_with_two_keys_is_a_finding(tmp_path: Path) -> None:
    """AWS's own notebook loses all but the last of three: here it is refused, with the way to say it."""
    options = {
        **PLACES,
        "invocation_logs_uri": "s3://my-bucket/logs",
        "metadata_filters": {"equals": {"team": "a", "kind": "b"}},
    }
    (finding,) = found(tmp_path, "amazon.nova-micro-v1:0", "distillation", options)
    assert (finding.code, finding.path) == ("P207", "executor.metadata_filters")
    assert "andAll" in finding.fix


def test_reinforcement_is_typed(tmp_path: Path) -> None:
    """Numbers stay numbers, the grader is a Lambda."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:grade"
    made = planned(
        tmp_path, "amazon.nova-2-lite-v1:0", "reinforcement_fine_tuning", PLACES, lambdaArn=arn, epochCount=2
    )
    config = made["customizationConfig"]["rftConfig"]
    assert config["graderConfig"] == {"lambdaGrader": {"lambdaArn": arn}}
    assert config["hyperParameters"]["epochCount"] == 2
    assert breaches(made) == []


def test_continued_pre_training_is_still_spoken(tmp_path: Path) -> None:
    """The type exists in the interface; whether a model offers it is another check's."""
    made = planned(tmp_path, "amazon.titan-text-express-v1", "continued_pre_training", PLACES, epochCount=1)
    assert made["customizationType"] == "CONTINUED_PRE_TRAINING"
    assert breaches(made) == []


@pytest.mark.parametrize(
    ("options", "path", "words"),
    [
        ({"output_uri": "s3://my-bucket/epochs=2,lr=1e-5"}, "executor.output_uri", "letters, digits"),
        ({"output_uri": "s3://my-bucket/出力"}, "executor.output_uri", "letters, digits"),
        ({"data_uri": "s3://my-bucket/it's (new)!"}, "executor.data_uri", "letters, digits"),
        ({"data_uri": "s3://my-bucket/it(new)!"}, "executor.data_uri", "another folder"),
        ({"output_uri": "out/"}, "executor.output_uri", "s3://BUCKET"),
        ({"role_arn": "job"}, "executor.role_arn", ""),
        ({"subnet_ids": ("subnet-1",)}, "executor.security_group_ids", "too"),
        ({"invocation_logs_uri": "s3://b-b/logs"}, "executor.invocation_logs_uri", "distillation"),
        ({"use_prompt_response": True}, "executor.use_prompt_response", "invocation_logs_uri"),
        ({"validators": tuple(f"s3://my-bucket/{n}" for n in range(10))}, "executor.validators", ""),
        ({"tags": {"team": "サポート"}}, "executor.tags", ""),
    ],
)
def test_what_aws_would_refuse_is_found_offline(
    tmp_path: Path, options: dict[str, Any], path: str, words: str
) -> None:
    """Illegal URIs, names and numbers, with the recipe's own key and the way out."""
    findings = found(tmp_path, "amazon.nova-micro-v1:0", "fine_tuning", {**PLACES, **options})
    errors = [finding for finding in findings if finding.severity == "error"]
    assert path in {finding.path for finding in errors}
    assert any(words in finding.fix for finding in errors if finding.path == path)


def test_a_plan_can_do_without_role_and_bucket(tmp_path: Path) -> None:
    """They are warnings then, and nothing in a simulated run."""
    findings = found(tmp_path, "amazon.nova-micro-v1:0", "fine_tuning", {})
    assert [(one.code, one.severity) for one in findings] == [("P301", "warning")] * 2
    assert found(tmp_path, "amazon.nova-micro-v1:0", "fine_tuning", {"simulate": True}) == []


def test_a_local_model_is_no_bedrock_job(tmp_path: Path) -> None:
    """Found before anything is built for it."""
    assert [one.code for one in found(tmp_path, "tiny-random", "fine_tuning", PLACES)] == ["P205"]


def test_a_simulated_job_is_another_job(tmp_path: Path) -> None:
    """Its settings say so: a result that was made up is never taken for a real one."""
    case = Case(tmp_path, model="amazon.nova-micro-v1:0")
    real, simulated = (
        bedrock(**PLACES, simulate=how).settings(case.recipe, load_model(case.model), MANIFEST)
        for how in (False, True)
    )
    assert "simulated" not in real
    assert simulated["simulated"] is True


def test_names_of_later_attempts_fit_and_keep_the_fingerprint() -> None:
    """63 characters at most; the fingerprint's beginning stays, two attempts differ."""
    planned = "a" * 50 + "-0123456789ab"
    names = [job_name(planned, number) for number in (1, 2, 12)]
    assert len(set(names)) == 3
    assert all(len(name) <= 63 and "0123456789ab" in name for name in names)
    assert model_name("a--b-0123-2") == "a-b-0123-2"
    assert token("f", 1) == token("f", 1) != token("f", 2)
    assert tags("プロジェクト", "r", "f", {})["runner:project"] == "______"


def test_numbers_become_texts_without_exponent() -> None:
    """What AWS gets is what a person would write."""
    assert [text(value) for value in (1e-05, 2, 0.1, "x", True)] == ["0.00001", "2", "0.1", "x", "true"]


def test_hostile_names_take_no_time() -> None:
    """AWS's own pattern takes Python's engine minutes on this one."""
    made = {"jobName": "a" + "-" * 61 + "_"}
    began = time.process_time()
    assert any(one.startswith("jobName") for one in breaches(made))
    assert time.process_time() - began < 5
