"""`runner doctor --iam` and `runner init --role`: least privilege, in every form, created once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.server import ThreadedMotoServer

from runner.hosting.lease import ROLE
from runner.simulator.running import Simulator

REPOSITORY = Path(__file__).resolve().parents[2]
RECIPE = (
    "recipes/quickstart.yaml",
    "executor=bedrock",
    "executor.role_arn=arn:aws:iam::111122223333:role/jobs",
)
KEY = "arn:aws:kms:us-east-1:111122223333:key/k"
BUCKET = "executor.output_uri=s3://my-bucket/results"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample recipes in a folder of their own."""
    for name in ("recipes", "conf"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a process whose AWS is a server on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "HOME": str(tmp_path),
    }
    server.stop()


def runner(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command, without this machine's AWS settings."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-m", "runner", *words]
    env = {**bare, "RUNNER_CACHE": str(folder / "cache"), **environment}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def actions(policy: dict[str, Any]) -> set[str]:
    """Every action that a policy allows."""
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def test_the_policies_of_a_recipe_name_its_own_bucket_role_and_region(project: Path) -> None:
    done = runner(project, "doctor", *RECIPE, BUCKET, "region=us-east-1", "--iam")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    text = json.dumps(found)
    assert "arn:aws:s3:::my-bucket/*" in text
    assert "arn:aws:bedrock:us-east-1:111122223333:model-customization-job/*" in text
    (passing,) = [one for one in found["caller"]["Statement"] if one["Action"] == ["iam:PassRole"]]
    assert passing["Resource"] == ["arn:aws:iam::111122223333:role/jobs"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}
    trust = found["job_role"]["trust"]["Statement"][0]
    assert trust["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert set(trust["Condition"]) == {"StringEquals", "ArnLike"}


def test_every_bucket_and_the_teacher_of_a_recipe_are_named(project: Path) -> None:
    """Data, results and further files may lie apart; a profile or a default teacher is a model's id."""
    words = (
        "doctor",
        "recipes/distill_ja_nova_micro.yaml",
        "executor=bedrock",
        "executor.role_arn=arn:aws:iam::111122223333:role/service-role/jobs",
        "executor.output_uri=s3://results/a",
        "executor.data_uri=s3://data/b",
        "executor.validators=[s3://more/c.jsonl]",
        "~hyperparameters.teacherModelIdentifier",
        "--iam",
    )
    found = json.loads(runner(project, *words).stdout)

    def resources(policy: dict[str, Any], sid: str) -> list[str]:
        (one,) = [statement for statement in policy["Statement"] if statement["Sid"] == sid]
        return [name.removeprefix("arn:aws:s3:::") for name in one["Resource"]]

    role = found["job_role"]["policy"]
    assert {"results/*", "data/*", "more/*"} <= set(resources(role, "ReadData"))
    assert resources(role, "WriteResults") == ["results/*"]
    assert resources(found["caller"], "Data") == ["results/*", "data/*"]
    assert resources(found["caller"], "DataBucket") == ["results", "data", "more"]
    assert resources(role, "AskTheTeacher")[0].endswith("foundation-model/amazon.nova-pro-v1:0")
    profile = "++hyperparameters.teacherModelIdentifier=us.amazon.nova-pro-v1:0"
    found = json.loads(runner(project, *words[:-2], profile, "--iam").stdout)
    assert resources(found["job_role"]["policy"], "AskTheTeacher")[0].endswith("model/amazon.nova-pro-v1:0")

    terraform = runner(project, *words, "terraform").stdout
    assert 'name               = "jobs"' in terraform
    assert 'path               = "/service-role/"' in terraform


def test_every_reason_belongs_to_a_statement(project: Path) -> None:
    for words in ((), ("--with", "hosting", "--with", "kms")):
        found = json.loads(runner(project, "doctor", "--iam", *words).stdout)
        policies = [found["caller"], *(found[name]["policy"] for name in found if name.endswith("_role"))]
        sids = [statement["Sid"] for policy in policies for statement in policy["Statement"]]
        assert list(found["why"]) == sids


def test_the_lease_role_is_the_one_that_deploy_looks_for(project: Path) -> None:
    found = json.loads(runner(project, "doctor", "--iam", "--with", "hosting").stdout)
    about = {
        one["Action"][0]: one["Resource"]
        for one in found["caller"]["Statement"]
        if one["Resource"] == [f"arn:aws:iam::ACCOUNT_ID:role/{ROLE}"]
    }
    assert set(about) == {"iam:PassRole", "iam:GetRole"}


def test_terraform_does_not_read_what_a_recipe_says(project: Path) -> None:
    """`${…}` and `%{…}` are Terraform's own words, in a heredoc too."""
    hostile = r"executor.output_uri='s3://a%{if true}\${file(x)}/b'"
    text = runner(project, "doctor", *RECIPE, hostile, "--iam", "terraform").stdout
    assert "arn:aws:s3:::a%%{if true}$${file(x)}" in text
    assert re.search(r"(?<!%)%\{|(?<!\$)\$\{", text) is None


def test_a_recipe_cannot_move_the_cursor_of_who_reads_its_policies(project: Path) -> None:
    with (project / RECIPE[0]).open("a", encoding="utf-8") as recipe:
        recipe.write('executor: {output_uri: "s3://a\\x9b2J/b"}\n')
    for form in ("json", "terraform", "cloudformation"):
        text = runner(project, "doctor", *RECIPE, "--iam", form).stdout
        assert "arn:aws:s3:::a" in text
        assert text.isascii()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("doctor", "--iam", "xml"), "json, terraform, cloudformation"),
        (("doctor", "--with", "kms"), "add --iam"),
        (("init", "ours", "--role", "jobs", "--bucket", "mine", "--with", "kms"), "--kms-key"),
        (("init", "ours", "--role", "jobs", "--bucket", "mine", "--with", "distillation"), "--teacher"),
        (("init", "ours", "--role", "jobs", "--bucket", "s3://mine/results"), "the name alone"),
        (("init", "ours", "--with", "vpc"), "--role NAME --bucket BUCKET"),
    ],
)
def test_wrong_words_are_told_before_aws_is_asked(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = runner(tmp_path, *words)
    assert done.returncode == 1
    assert told in done.stderr


def test_the_recipe_may_stand_after_iam(project: Path) -> None:
    before = runner(project, "doctor", *RECIPE, BUCKET, "--iam").stdout
    assert runner(project, "doctor", "--iam", *RECIPE, BUCKET).stdout == before


def test_no_statement_allows_everything(project: Path) -> None:
    """No `*` action; `*` resources only for actions that read, or that take no narrower one."""
    words = [
        word
        for feature in ("kms", "vpc", "distillation", "reinforcement", "hosting", "import")
        for word in ("--with", feature)
    ]
    found = json.loads(runner(project, "doctor", "--iam", *words).stdout)
    for name in ("caller", "job_role", "lease_role"):
        policy = found[name] if name == "caller" else found[name]["policy"]
        for statement in policy["Statement"]:
            assert not [action for action in statement["Action"] if action.endswith("*")]
            if statement["Resource"] == ["*"]:
                changing = {"Create", "Delete", "Put", "Update", "Pass"}
                verbs = [
                    action.partition(":")[2]
                    for action in statement["Action"]
                    if not action.startswith("ec2:")
                ]
                assert not [verb for verb in verbs if verb.startswith(tuple(changing))], statement["Sid"]


def test_hosting_is_allowed_only_when_asked_for(project: Path) -> None:
    plain = json.loads(runner(project, "doctor", "--iam").stdout)
    hosting = json.loads(runner(project, "doctor", "--iam", "--with", "hosting").stdout)

    assert "bedrock:CreateProvisionedModelThroughput" not in actions(plain["caller"])
    assert "lease_role" not in plain
    assert "bedrock:CreateProvisionedModelThroughput" in actions(hosting["caller"])
    assert actions(hosting["lease_role"]["policy"]) == {
        "bedrock:DeleteProvisionedModelThroughput",
        "bedrock:DeleteCustomModelDeployment",
    }


def test_terraform_and_cloudformation_hold_the_same_policies(project: Path) -> None:
    words = ("doctor", *RECIPE, BUCKET, "--with", "hosting", "--iam")
    as_json = json.loads(runner(project, *words).stdout)
    terraform = runner(project, *words, "terraform").stdout
    template = yaml.safe_load(runner(project, *words, "cloudformation").stdout)

    documents = [json.loads(part.split("JSON\n", 1)[0]) for part in terraform.split("<<-JSON\n")[1:]]
    assert as_json["caller"] in documents
    for name in ("job_role", "lease_role"):
        assert as_json[name]["trust"] in documents
        assert as_json[name]["policy"] in documents
    caller = template["Resources"]["Caller"]["Properties"]["PolicyDocument"]
    assert caller == as_json["caller"]
    role = template["Resources"]["JobRole"]["Properties"]
    assert role["AssumeRolePolicyDocument"] == as_json["job_role"]["trust"]
    assert role["Policies"][0]["PolicyDocument"] == as_json["job_role"]["policy"]


def test_a_role_is_created_once_and_then_kept(tmp_path: Path, aws: dict[str, str]) -> None:
    words = ("init", "ours", "--role", "jobs", "--bucket", "my-bucket", "--format", "json")
    first = runner(tmp_path, *words, **aws)
    assert first.returncode == 0, first.stderr
    made = json.loads(first.stdout)
    assert made["role"] == "created"
    settings = yaml.safe_load((tmp_path / "ours/conf/executor/bedrock.yaml").read_text(encoding="utf-8"))
    assert settings["role_arn"] == made["role_arn"]
    assert settings["output_uri"].startswith("s3://my-bucket/")

    again = json.loads(runner(tmp_path, *words, **aws).stdout)
    assert again == {**made, "role": "unchanged"}

    wider = json.loads(runner(tmp_path, *words, "--with", "vpc", **aws).stdout)
    assert wider["role"] == "updated"


def test_a_role_of_somebody_else_is_left_alone(tmp_path: Path, aws: dict[str, str]) -> None:
    import boto3

    iam = boto3.client(
        "iam",
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    iam.create_role(
        RoleName="theirs", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
    )

    done = runner(tmp_path, "init", "ours", "--role", "theirs", "--bucket", "my-bucket", **aws)

    assert done.returncode == 1
    assert "was not made by this tool" in done.stderr
    assert iam.list_role_policies(RoleName="theirs")["PolicyNames"] == []


def test_aws_refuses_in_the_middle(tmp_path: Path, simulator: Simulator) -> None:
    """The role is there without its policy: the same command, run again, ends what it began."""
    aws = {
        "AWS_ENDPOINT_URL": simulator.url,
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "HOME": str(tmp_path),
    }
    words = ("init", "ours", "--role", "jobs", "--bucket", "my-bucket")
    simulator.fault("PutRolePolicy", "access denied")

    denied = runner(tmp_path, *words, **aws)

    assert denied.returncode == 1
    assert "fix: allow iam:PutRolePolicy" in denied.stderr
    assert not (tmp_path / "ours").exists()
    assert "role updated" in runner(tmp_path, *words, **aws).stdout
    policies = simulator.client("iam").list_role_policies(RoleName="jobs")["PolicyNames"]
    assert policies == ["bedrock-recipe-runner"]

    simulator.fault("CreateRole", "commit then drop")
    lost = runner(tmp_path, *words[:3], "others", *words[4:], "--kms-key", KEY, **aws)
    assert lost.returncode == 0, lost.stderr
    policy = simulator.client("iam").get_role_policy(RoleName="others", PolicyName="bedrock-recipe-runner")
    assert KEY in json.dumps(policy["PolicyDocument"])


def test_settings_that_are_there_are_not_overwritten(tmp_path: Path, aws: dict[str, str]) -> None:
    file = tmp_path / "ours/conf/executor/bedrock.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("kind: bedrock\n")

    done = runner(tmp_path, "init", "ours", "--role", "jobs", "--bucket", "my-bucket", **aws)

    assert done.returncode == 0, done.stderr
    assert "is unchanged; it needs" in done.stdout
    assert file.read_text() == "kind: bedrock\n"


def test_role_and_bucket_belong_together(tmp_path: Path) -> None:
    done = runner(tmp_path, "init", "ours", "--role", "jobs")
    assert done.returncode == 1
    assert "--bucket" in done.stderr
