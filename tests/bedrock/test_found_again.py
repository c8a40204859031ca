"""A job that is there already: taken for what AWS says it is, and never for another one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")

from bedrock.account import ACCOUNT, REGION, client, errand, furnish
from bedrock.stage import Cloud as Simulated
from bedrock.test_errors import _with_data

from runner.aws.connection import Connection
from runner.bedrock.attempts import departures, latest_attempt, own_job
from runner.bedrock.cloud import Cloud
from runner.bedrock.creating import create_job
from runner.bedrock.demo import with_demo_places
from runner.bedrock.errand import Errand
from runner.bedrock.money import hold, reserve
from runner.bedrock.options import Options
from runner.bedrock.outcome import collect_metrics
from runner.bedrock.record import job_from
from runner.bedrock.rejected import about_data
from runner.bedrock.submitting import _found_or_made
from runner.bedrock.waiting import follow
from runner.errors import RunnerError


def made(aws: Simulated, root: Path) -> Errand:
    """An errand whose job AWS has made."""
    furnish(aws)
    asked = errand(aws, root)
    _with_data(asked)
    reserve(asked)
    create_job(asked)
    return asked


def test_its_results_are_where_it_writes_them(aws: Simulated, tmp_path: Path) -> None:
    """The recipe names another output since: its metrics are found, and it is said."""
    asked = made(aws, tmp_path)
    aws.world.advance(9000)
    client(aws, "s3").create_bucket(Bucket="other")
    later = replace(asked, options=replace(asked.options, output_uri="s3://other/new"))
    found = own_job(later)
    assert found is not None
    job = job_from(later, found)
    assert job.details["output_uri"] == "s3://bucket/out"
    assert job.details["input"]["train_uri"].startswith("s3://bucket/out/data/")
    assert collect_metrics(later.cloud, {}, job, later.run)["training_loss"] is not None
    assert ["s3://other/new" in text for text in departures(later, found)] == [True]
    assert list(departures(asked, found)) == []


def test_another_job_of_the_same_name_is_not_taken_for_it(aws: Simulated, tmp_path: Path) -> None:
    """Twelve digits of the fingerprint agree and the token does not: refused, and nothing is made."""
    asked = made(aws, tmp_path)
    other = replace(asked, plan={**asked.plan, "fingerprint": "0123456789ab" + "f" * 52})
    for ask in (latest_attempt, create_job):
        with pytest.raises(RunnerError, match="not the one planned here"):
            ask(other)
    assert len(aws.world.find("job")) == 1


def test_an_attempt_that_ended_unwatched_is_settled(aws: Simulated, tmp_path: Path) -> None:
    """Killed and never told how it ended: its money does not block the next attempt."""
    asked = made(aws, tmp_path)
    client(aws, "bedrock").stop_model_customization_job(jobIdentifier=asked.name)
    aws.world.advance(9000)
    assert latest_attempt(asked).number == 2
    assert [row.state for row in asked.ledger.reservations()] == ["booked"]
    assert asked.ledger.find("customization-job", asked.name, ACCOUNT, "us-east-1") is None


def test_a_job_under_way_in_another_account_is_not_started_again(aws: Simulated, tmp_path: Path) -> None:
    """Other credentials by mistake: refused with both accounts; nothing is asked for."""
    asked = made(aws, tmp_path)
    found = own_job(asked)
    assert found is not None
    asked.run.write("job.json", job_from(asked, found).as_dict())
    elsewhere = replace(asked, cloud=replace(asked.cloud, account="999999999999"))
    with pytest.raises(RunnerError, match=f"{ACCOUNT}.*999999999999"):
        _found_or_made(elsewhere)


def test_a_state_that_is_new_is_no_end(aws: Simulated, tmp_path: Path) -> None:
    """AWS may add states: the job goes on, and keeps its money."""
    asked = made(aws, tmp_path)
    found = {**(own_job(asked) or {}), "status": "Queued"}
    job = job_from(asked, found)
    assert (job.state, job.details["state_detail"]["status"]) == ("InProgress", "Queued")


def test_losses_that_are_no_numbers_stay_out_of_json(aws: Simulated, tmp_path: Path) -> None:
    """AWS may report NaN for a training that diverged."""
    asked = made(aws, tmp_path)
    found = {**(own_job(asked) or {}), "trainingMetrics": {"trainingLoss": float("nan")}}
    json.dumps(job_from(asked, found).as_dict(), allow_nan=False)


def test_a_simulated_aws_that_was_killed_is_not_waited_for(
    aws: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On this machine silence is no lost network: soon told, with what follows the job again."""
    asked = made(aws, tmp_path)
    monkeypatch.setattr("runner.bedrock.waiting._SIMULATED_SILENCE_SECONDS", 0.01)
    monkeypatch.setattr("runner.bedrock.waiting._SIMULATED_PAUSES", (0.02, 0.02))
    gone = Cloud(Connection(REGION, simulator="http://127.0.0.1:9"), REGION, ACCOUNT, simulator="there")
    with pytest.raises(RunnerError, match="may have been ended") as caught:
        follow(replace(asked, cloud=gone), own_job(asked) or {})
    assert "runner run" in caught.value.fix
    assert "billed" not in caught.value.message


def test_an_hour_of_throttling_is_waited_through(
    aws: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS that asks to slow down is there: the job is followed to its end, each look asked once."""
    from types import SimpleNamespace

    from runner.simulator import faults

    asked = made(aws, tmp_path)
    found, times = own_job(asked) or {}, iter(range(0, 10**6, 300))
    clock = SimpleNamespace(
        time=lambda: 0.0, monotonic=lambda: float(next(times)), sleep=lambda _: aws.world.advance(60)
    )
    monkeypatch.setattr("runner.bedrock.waiting.time", clock)
    faults.add(aws.world, faults.Fault("GetModelCustomizationJob", "throttle", 40))
    before = aws.world.calls.count("GetModelCustomizationJob")
    assert follow(asked, found).state == "Completed"
    assert 40 < aws.world.calls.count("GetModelCustomizationJob") - before < 90


def test_money_is_held_for_what_exists(aws: Simulated, tmp_path: Path) -> None:
    """A runner that was refused set it free while another made the job; a sweep's share stays the sweep's."""
    asked = made(aws, tmp_path)
    asked.ledger.release(asked.name, "refused")
    hold(asked)
    assert [row.state for row in asked.ledger.reservations()] == ["open"]
    asked.ledger.book(asked.name, asked.ledger.reservations()[0].usd)
    hold(asked)
    assert [row.state for row in asked.ledger.reservations()] == ["booked"]


def test_a_recipe_of_a_real_account_can_be_simulated(aws: Simulated, tmp_path: Path) -> None:
    """Its buckets are made there; its role and key have stand-ins: nobody is told to make a real bucket."""
    asked = errand(aws, tmp_path)
    cloud = replace(asked.cloud, simulator=aws.url)
    stated = Options(
        role_arn="arn:aws:iam::999999999999:role/mine",
        output_uri="s3://my-bucket/out",
        bucket_owner="999999999999",
        kms_key_arn="arn:aws:kms:us-east-1:999999999999:key/01234567-89ab-cdef-0123-456789abcdef",
    )
    found = with_demo_places(cloud, stated, asked.progress)
    assert found.role_arn == f"arn:aws:iam::{ACCOUNT}:role/runner-demo"
    assert (found.output_uri, found.bucket_owner, found.kms_key_arn) == ("s3://my-bucket/out", None, None)
    client(aws, "s3").head_bucket(Bucket="my-bucket")


@pytest.mark.parametrize(
    ("message", "data"),
    [
        ("Unable to access the training data: check the role", False),
        ("The security token is invalid: internal error", False),
        ("Training data in bucket b could not be read", False),
        ("Record 7 has an internal newline", True),
        ("The dataset has too few samples", True),
    ],
)
def test_only_the_data_s_fault_forbids_another_attempt(message: str, data: bool) -> None:
    """What a role or a key can mend must not block the same recipe for ever."""
    assert about_data(message) is data
