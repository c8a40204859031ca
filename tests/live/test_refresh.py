"""`runner models refresh` against recorded replies: every kind of drift, writing, and silence."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from live.recorded import Recorded, named
from plan.plan_project import make_project

from runner.aws.regions import available_regions
from runner.cli import main
from runner.live.drift import Compared, Drift, Edit, edits_of
from runner.live.refresh import Answers, Refreshed
from runner.model import load_model
from runner.resources import refreshed_models, shipped

MICRO = "amazon.nova-micro-v1:0"
PRO = "amazon.nova-pro-v1:0"
TITAN = "amazon.titan-text-lite-v1"
LLAMA = "meta.llama3-1-8b-instruct-v1:0"
SCHEMA = json.loads((shipped("schemas") / "capability.schema.json").read_text(encoding="utf-8"))
EMPTY = {"status": 200, "body": {}}


def refresh(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """Run the command; its exit code and its JSON."""
    code = main(["models", "refresh", *words, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def changes(data: dict[str, Any]) -> dict[str, Any]:
    """What AWS says, by path."""
    return {row["path"]: row["aws"] for row in data["differences"]}


def test_all_kinds_at_once_and_a_second_refresh_finds_none(
    aws: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lifecycle, limits and prices differ; written, they do not: the files are valid, AWS is their source."""
    code, data = refresh(capsys, MICRO, PRO, LLAMA)
    assert code == 2
    told = changes(data)
    assert told["lifecycle.status"] == "active"
    assert told["methods.fine_tuning.limits.total_records.maximum"] == 25000
    assert told["prices.training_tokens in us-east-1"] == "0.008"
    code, data = refresh(capsys, MICRO, PRO, LLAMA, "--write")
    assert code == 2
    for file in data["written"].values():
        written = json.loads(Path(file).read_text(encoding="utf-8"))
        assert not list(Draft202012Validator(SCHEMA).iter_errors(written))
        assert written["sources"]["aws_models"]["ref"].endswith("account ********3333")
    assert load_model(LLAMA).jobs_allowed is True
    assert load_model(LLAMA).file.parent == refreshed_models()
    assert refresh(capsys, MICRO, PRO, LLAMA) == (0, {**data, "differences": [], "written": {}} | rest(data))
    before = {file: Path(file).read_bytes() for file in data["written"].values()}
    assert refresh(capsys, MICRO, PRO, LLAMA, "--write")[0] == 0
    assert {file: Path(file).read_bytes() for file in before} == before
    del aws


def rest(data: dict[str, Any]) -> dict[str, Any]:
    """The summary once there is no difference."""
    return {"summary": {**data["summary"], "differences": 0}}


def test_a_diff_shows_the_change_alone(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines that AWS says nothing about are as they were, in their order."""
    shipped_lines = load_model(MICRO).file.read_text(encoding="utf-8").splitlines()
    file = refresh(capsys, MICRO, "--write")[1]["written"][MICRO]
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    kept = [line for line in shipped_lines if line in set(lines)]
    assert len(kept) > 0.9 * len(shipped_lines)
    del aws


def test_an_active_model_has_become_legacy(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """The status, that no job is taken, and both dates."""
    life = {"status": "LEGACY", "legacyTime": 1793491200, "endOfLifeTime": 1809129600}
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": {"modelLifecycle": life}}))
    told = changes(refresh(capsys, MICRO)[1])
    assert told["lifecycle.status"] == "legacy"
    assert told["lifecycle.jobs_allowed"] is False
    assert told["lifecycle.legacy_date"] == "2026-11-01"
    assert told["lifecycle.end_date"] == "2027-05-01"


def test_a_model_that_is_gone_is_asked_for_twice(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """Absent from the list and unknown by name: ended. Absent from the list alone: not believed."""
    gone = named({f"{MICRO}:128k": None, MICRO: None})
    aws.say("ListFoundationModels.us-east-1", gone)
    code, data = refresh(capsys, MICRO)
    assert (code, changes(data)["lifecycle.status"]) == (2, "ended")
    details = named({})["body"]["modelSummaries"][1]
    aws.say("GetFoundationModel.us-east-1", {"status": 200, "body": {"modelDetails": details}})
    data = refresh(capsys, MICRO)[1]
    assert "lifecycle.status" not in changes(data)
    assert "disagree" in data["unanswered"][0]["why"]
    aws.say("GetFoundationModel.us-east-1", "GetFoundationModel.cut-off")
    assert "cut off" in refresh(capsys, MICRO)[1]["unanswered"][0]["why"]


def test_listed_for_inference_only(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """A model that lost its customizable variant takes no jobs, and stays active."""
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": None}))
    told = changes(refresh(capsys, MICRO)[1])
    assert told["lifecycle.jobs_allowed"] is False
    assert "lifecycle.status" not in told


def test_regions_and_identifiers_move(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """Another region offers the model; another context size is the one to customize."""
    code, data = refresh(capsys, PRO, "--region", "us-east-1", "--region", "eu-west-2")
    assert (code, changes(data)["methods.fine_tuning.regions"]) == (2, ["us-east-1", "eu-west-2"])
    assert [row for row in data["remarks"] if "PREFERENCE_FINE_TUNING" in row]
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": {"modelId": f"{MICRO}:256k"}}))
    told = changes(refresh(capsys, MICRO, "--write")[1])
    assert told["identifiers.customization"] == f"{MICRO}:256k"
    assert load_model(f"{MICRO}:256k").id == MICRO


def test_a_method_that_is_no_longer_listed(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """Its regions become none; the other method stays."""
    only = {"customizationsSupported": ["FINE_TUNING"]}
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": only}))
    told = changes(refresh(capsys, MICRO)[1])
    assert told["methods.distillation.regions"] == []
    assert "methods.fine_tuning.regions" not in told


def test_prices_that_cannot_be_used_are_told(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown unit, another currency and a price of zero change nothing and are named."""
    remarks = "\n".join(refresh(capsys, MICRO, PRO)[1]["remarks"])
    assert "'fortnight', which is not known" in remarks
    assert "no price in USD" in remarks
    assert "0.0000000000, which is not believed" in remarks
    del aws


def test_what_an_account_was_granted(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """A raised limit is marked as this account's: it differs from AWS's default."""
    reply = {"QuotaName": "(Model customization) Sum of training and validation records for a Nova Micro v1 "
             "Fine-tuning job", "QuotaCode": "L-1", "Value": 90000.0, "Adjustable": True}  # fmt: skip
    aws.say("ListServiceQuotas.us-east-1", {"status": 200, "body": {"Quotas": [reply]}})
    aws.say(
        "ListAWSDefaultServiceQuotas.us-east-1",
        {"status": 200, "body": {"Quotas": [{**reply, "Value": 20000.0}]}},
    )
    rows = [row for row in refresh(capsys, MICRO)[1]["differences"] if "total_records" in row["path"]]
    assert [(row["aws"], row["account_only"]) for row in rows] == [(90000, True)]


@pytest.mark.parametrize(
    "reply",
    [
        "denied",
        "throttled",
        "expired",
        "broken",
        "ListFoundationModels.empty",
        "ListFoundationModels.cut-off",
    ],
)
def test_a_region_without_an_answer_changes_nothing(
    aws: Recorded, capsys: pytest.CaptureFixture[str], reply: str
) -> None:
    """The other region and the other services are compared; nothing of the silent region is called ended."""
    aws.say("ListFoundationModels.us-west-2", reply)
    code, data = refresh(capsys, MICRO, LLAMA)
    assert code == 2
    assert [(row["what"], row["region"]) for row in data["unanswered"]] == [("models", "us-west-2")]
    assert data["unanswered"][0]["fix"]
    assert not [row for row in data["differences"] if row["model"] == LLAMA and "lifecycle" in row["path"]]


def test_no_permission_for_prices_and_quotas(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """Models are compared and written all the same; the exit code says that something was not answered."""
    refresh(capsys, MICRO, "--write")
    aws.say("GetProducts.us-east-1", "denied")
    aws.say("ListServiceQuotas.us-east-1", "too many")
    code, data = refresh(capsys, MICRO, "--write")
    assert code == 1
    assert {row["what"] for row in data["unanswered"]} == {"quotas", "prices"}
    prices = load_model(MICRO).data["prices"]
    assert {price.get("source") for price in prices if price["usd"]} >= {"aws_prices"}


def test_an_answer_keeps_its_own_date(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not asked again is not given today's date."""
    file = Path(refresh(capsys, MICRO, "--write")[1]["written"][MICRO])
    file.write_text(file.read_text().replace(today(), "2026-01-05"), encoding="utf-8")
    aws.say("GetProducts.us-east-1", "denied")
    data = json.loads(file.read_text())
    assert data["sources"]["aws_prices"]["as_of"] == "2026-01-05"
    clear()
    refresh(capsys, MICRO, "--write")
    data = json.loads(file.read_text())
    assert data["sources"]["aws_prices"]["as_of"] == "2026-01-05"
    assert data["sources"]["aws_models"]["as_of"] == today()


def test_a_cut_off_page_is_no_end_of_the_list(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """The second page of quotas comes empty: the whole answer is thrown away."""
    first = {"status": 200, "body": {"Quotas": [{"QuotaName": "a", "Value": 1.0}], "NextToken": "page-2"}}
    aws.say("ListServiceQuotas.us-east-1", first, EMPTY)
    data = refresh(capsys, MICRO)[1]
    assert [row["what"] for row in data["unanswered"]] == ["quotas"]


def test_a_profile_of_the_configuration(
    aws: Recorded, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`--profile` names whose credentials ask; one that does not exist is an error."""
    keys = "[team]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n"
    (tmp_path / "credentials").write_text(keys, encoding="utf-8")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert refresh(capsys, MICRO, "--profile", "team")[1]["asked"]["account"] == "********3333"
    assert main(["models", "refresh", MICRO, "--profile", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err
    del aws


def test_values_of_one_account_stay_out_of_the_repository() -> None:
    """Shared files neither count nor get what one account was granted."""
    mine = Drift(MICRO, "a", 1, 2, "2026", "aws_quotas", (Edit(("name",), "x"),), account_only=True)
    found = Compared(load_model(MICRO), [mine])
    done = Refreshed((found,), Answers(), date(2026, 11, 22))
    assert (done.differences(shared=True), edits_of(found, account_too=False)) == ([], [])
    assert (len(done.differences(shared=False)), len(edits_of(found, account_too=True))) == (1, 1)


def test_a_broken_identity_is_no_reason_to_stop(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an answer about the account the rest is compared; the source says that it is not known."""
    aws.identity = "<GetCallerIdentityResponse><Acc"
    file = refresh(capsys, MICRO, "--write")[1]["written"][MICRO]
    sources = json.loads(Path(file).read_text(encoding="utf-8"))["sources"]
    assert sources["aws_models"]["ref"] == "us-east-1; account not known"


def test_replies_that_are_none_of_aws(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """A proxy's page, or JSON of another shape, with status 200: botocore's own parser fails over them."""
    aws.identity = "<html>sign in to this network</html>"
    aws.say("ListFoundationModels.us-west-2", {"status": 200, "body": []})
    aws.say("ListServiceQuotas.us-west-2", {"status": 200, "body": {"Quotas": [5]}})
    code, data = refresh(capsys, MICRO, LLAMA)
    assert code == 2
    assert {(row["what"], row["region"]) for row in data["unanswered"]} == {
        ("models", "us-west-2"),
        ("quotas", "us-west-2"),
    }
    assert all("none of AWS" in row["why"] for row in data["unanswered"])


def test_an_interrupt_waits_for_no_silent_service(tmp_path: Path) -> None:
    """Ctrl-C ends the process at once, though every question still hangs; nothing is written."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env = {
            **os.environ,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        words = ["models", "refresh", MICRO, "--write", "--into", str(tmp_path)]
        command = [sys.executable, "-m", "runner", *words]
        process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
        with silent.accept()[0] as asked:  # and never answered
            asked.recv(1)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert told.strip() == "interrupted"
    assert list(tmp_path.iterdir()) == []


def test_an_ended_model_is_back(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """Listed with a customization again: the whole lifecycle of the file changes, and the file is valid."""
    back = {"modelId": f"{TITAN}:0:4k", "customizationsSupported": ["FINE_TUNING"]}
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": back}))
    code, data = refresh(capsys, TITAN, "--write")
    assert (code, changes(data)["lifecycle.jobs_allowed"]) == (2, True)
    assert load_model(TITAN).jobs_allowed is True
    methods = load_model(TITAN).methods
    assert methods["fine_tuning"].regions == ("us-east-1",)
    assert methods["continued_pre_training"].regions == ()


def test_a_file_of_facts_that_was_damaged(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence that names the file, in place of a traceback."""
    refreshed_models().mkdir(parents=True)
    (refreshed_models() / "amazon.nova-micro-v1-0.json").write_text("{", encoding="utf-8")
    assert main(["models", MICRO]) == 1
    assert "amazon.nova-micro-v1-0.json is not a capability schema" in capsys.readouterr().err
    del aws


def test_no_credentials(
    aws: Recorded, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be asked: one error with the way to sign in, exit code 1, no file."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert main(["models", "refresh", MICRO, "--write"]) == 1
    assert "no AWS credentials were found" in capsys.readouterr().err
    assert not refreshed_models().exists()
    del aws


def test_text_for_people(aws: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """What the file says, since when, what AWS says, and the next command."""
    assert main(["models", "refresh", LLAMA]) == 2
    told = capsys.readouterr().out
    assert "lifecycle.status: the file says unknown (as of 2026-10-09), AWS says active" in told
    assert "quotas of the account in us-west-2: jobs 10" in told
    assert "runner models refresh --write" in told
    del aws


def test_every_region_that_boto3_knows(
    aws: Recorded, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--region all` finds a model where its file does not say it is."""
    known = available_regions("bedrock")
    assert {"us-east-1", "us-west-2", "eu-west-2"} <= set(known)
    monkeypatch.setattr("runner.aws.regions.available_regions", lambda _: ["eu-west-2", "us-east-1"])
    told = changes(refresh(capsys, PRO, "--region", "all")[1])
    assert told["methods.fine_tuning.regions"] == ["us-east-1", "eu-west-2"]
    del aws


def test_a_check_notices_refreshed_facts(
    aws: Recorded, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Written facts count in the next `runner validate`, although its result was kept."""
    recipe = make_project(tmp_path / "project")
    assert main(["validate", str(recipe)]) == 0
    capsys.readouterr()
    file = Path(refresh(capsys, MICRO, "--write")[1]["written"][MICRO])
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"us-east-1"', '"us-east-2"'), encoding="utf-8")
    clear()
    assert main(["validate", str(recipe)]) == 2
    assert "us-east-2" in capsys.readouterr().err
    del aws


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nova-micr"], "no capability schema"),
        (["tiny-random"], "not on Bedrock"),
        (["cohere.command-text-v14"], "name no region"),
        ([MICRO, "--simulator", "http://127.0.0.1:9", "--write"], "does not change real facts"),
    ],
)
def test_words_that_do_not_fit(capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    """A model that is not known or not of Bedrock; no region; real facts from a simulated AWS."""
    assert main(["models", "refresh", *words]) == 1
    assert told in capsys.readouterr().err


def today() -> str:
    """The date that a refresh writes."""
    return date.today().isoformat()


def clear() -> None:
    """Read the files of facts again, as a new process does."""
    from runner import model

    model._read.cache_clear()
