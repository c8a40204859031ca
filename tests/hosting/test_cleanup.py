"""`runner cleanup`: the right order, only what the tool made, again and again until nothing is left."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hosting.cases import ACCOUNT, NAME, Case

from runner.cli import main
from runner.ledger import Entry

HOUR = 3600
FAULTS = ("5xx", "throttle", "truncated")
Shown = pytest.CaptureFixture[str]


def run(capsys: Shown, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of a command."""
    code = main([*words, "--format", "json"])
    shown = capsys.readouterr()
    assert shown.out, shown.err
    return code, json.loads(shown.out)


def deployed(case: Case, capsys: Shown, *words: str) -> None:
    """The model is hosted, and what hosts it is ready."""
    run(capsys, "deploy", str(case.recipe), "--no-wait", "--yes", "--create-lease-role", *words)
    case.simulator.advance(2000)


def left(case: Case) -> list[Any]:
    """Everything that the simulated AWS still has."""
    bedrock, scheduler = case.simulator.client("bedrock"), case.simulator.client("scheduler")
    return [
        *bedrock.list_custom_model_deployments()["modelDeploymentSummaries"],
        *bedrock.list_provisioned_model_throughputs()["provisionedModelSummaries"],
        *scheduler.list_schedules()["Schedules"],
        *case.simulator.world.find("custom-model"),
        *case.simulator.world.find("imported-model"),
    ]


def test_it_deletes_what_is_billed_first(case: Case, capsys: Shown) -> None:
    """The throughput, then its lease, then the model; nothing is left, the burn rate is nothing."""
    deployed(case, capsys, "--provisioned")
    code, said = run(capsys, "cleanup", str(case.recipe), "--yes")
    assert code == 0, said
    assert [(one["kind"], one["outcome"]) for one in said["things"]] == [
        ("provisioned-throughput", "deleted"),
        ("schedule", "deleted"),
        ("custom-model", "deleted"),
    ]
    assert left(case) == []
    assert said["burn"] == {"usd_per_hour": "0", "usd_per_day": "0", "usd_per_month": "0", "unknown": 0}


def test_a_dry_run_deletes_nothing(case: Case, capsys: Shown) -> None:
    """It only shows."""
    deployed(case, capsys)
    before = len(left(case))
    code, said = run(capsys, "cleanup", "--all", "--dry-run")
    assert (code, len(said["things"]), len(left(case))) == (0, 3, before)
    assert not [name for name in case.simulator.calls if name.startswith("Delete")]


def test_without_a_terminal_it_needs_yes(case: Case, capsys: Shown) -> None:
    """Nobody is there to be asked: nothing is deleted."""
    code, said = run(capsys, "cleanup", "--all")
    assert (code, "--yes" in said["fix"]) == (1, True)
    assert len(left(case)) == 1


@pytest.mark.parametrize("words", [(), ("--all", "--expired")])
def test_it_must_be_told_what(words: tuple[str, ...], case: Case, capsys: Shown) -> None:
    """Neither nothing nor two things at once."""
    code, said = run(capsys, "cleanup", *words)
    assert (code, "say what to delete" in said["error"]) == (1, True)
    assert left(case)


def test_expired_is_what_has_outlived_its_lease(case: Case, capsys: Shown) -> None:
    """A schedule that could not fire (its role is gone, say): cleanup deletes by the ledger."""
    deployed(case, capsys, "--provisioned", "--max-lifetime", "4h")
    world = case.simulator.world
    (schedule,) = world.find("schedule")
    world.put("schedule", schedule["key"], {**schedule, "fired": True})
    assert run(capsys, "cleanup", "--expired", "--dry-run")[1]["things"] == []
    case.simulator.advance(4 * HOUR)
    code, said = run(capsys, "cleanup", "--expired", "--yes")
    assert (code, [one["kind"] for one in said["things"]]) == (0, ["provisioned-throughput", "schedule"])
    assert [one["name"] for one in left(case)] == [NAME]


def test_states_that_refuse_deletion_are_waited_out(case: Case, capsys: Shown) -> None:
    """The throughput is still being created: AWS refuses, until it is in service."""
    run(capsys, "deploy", str(case.recipe), "--no-wait", "--yes", "--provisioned")
    case.simulator.world.run_at(5000)
    code, _ = run(capsys, "cleanup", "--all", "--yes")
    assert code == 0
    assert left(case) == []
    assert case.simulator.calls.count("DeleteProvisionedModelThroughput") > 1


def test_a_commitment_is_said_with_its_end(case: Case, capsys: Shown) -> None:
    """It stays, and so do its schedule and its model; when the term is over it can go."""
    deployed(case, capsys, "--commitment", "OneMonth")
    code, said = run(capsys, "cleanup", "--all", "--yes")
    kept = {one["kind"]: (one["outcome"], one["why"]) for one in said["things"]}
    assert code == 1
    assert kept["provisioned-throughput"][0] == "kept"
    assert "commitment ends 20" in kept["provisioned-throughput"][1]
    assert (kept["schedule"][0], kept["custom-model"][0]) == ("kept", "kept")
    assert len(left(case)) == 3
    case.simulator.advance(32 * 24 * HOUR)
    assert run(capsys, "cleanup", "--all", "--yes")[0] == 0
    assert left(case) == []


def test_a_lost_ledger_is_made_up_for_by_tags(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything of this project is found again; what carries another tag, or none, stays."""
    deployed(case, capsys, "--provisioned")
    bedrock = case.simulator.client("bedrock")
    for name, tags in {"theirs": [{"key": "runner:project", "value": "other"}], "plain": []}.items():
        bedrock.create_custom_model_deployment(modelDeploymentName=name, modelArn=case.model_arn, tags=tags)
    monkeypatch.setenv("RUNNER_STATE", str(case.root.parent / "new"))
    _, shown = run(capsys, "cleanup", "--all", "--dry-run")
    assert sorted(one["kind"] for one in shown["things"]) == [
        "custom-model",
        "provisioned-throughput",
        "schedule",
    ]
    assert case.ledger.alive() == []
    case.simulator.world.delete("deployment", "x")
    run(capsys, "cleanup", "--all", "--yes", "--dry-run")
    for each in case.simulator.world.find("deployment"):
        case.simulator.world.put("deployment", each["arn"], {**each, "modelArn": "arn:of:another"})
    code, _ = run(capsys, "cleanup", "--all", "--yes")
    assert code == 0
    assert sorted(one["customModelDeploymentName"] for one in left(case)) == ["plain", "theirs"]


def test_a_name_that_somebody_else_took_is_left_alone(case: Case, capsys: Shown) -> None:
    """Only intended, never made by us; AWS has one of that name that carries no tag of ours."""
    case.simulator.client("bedrock").create_custom_model_deployment(
        modelDeploymentName="same-name", modelArn=case.model_arn
    )
    wanted = Entry(
        "deployment", "same-name", ACCOUNT, "us-east-1", case.simulator.url, project=str(case.root)
    )
    case.ledger.intend(wanted)
    case.simulator.advance(2000)
    code, said = run(capsys, "cleanup", "--all", "--yes")
    outcomes = {one["kind"]: one["outcome"] for one in said["things"]}
    assert (code, outcomes["deployment"]) == (1, "kept")
    assert (
        len(case.simulator.client("bedrock").list_custom_model_deployments()["modelDeploymentSummaries"]) == 1
    )


def test_what_never_came_to_be_is_struck_out(case: Case, capsys: Shown) -> None:
    """The call was never sent: AWS does not have it."""
    wanted = Entry(
        "imported-model", "never", ACCOUNT, "us-east-1", case.simulator.url, project=str(case.root)
    )
    case.ledger.intend(wanted)
    code, said = run(capsys, "cleanup", "--all", "--yes")
    assert (code, {one["kind"]: one["outcome"] for one in said["things"]}["imported-model"]) == (
        0,
        "was gone",
    )
    assert case.ledger.alive() == []


def test_training_data_go_last_and_alone(case: Case, capsys: Shown) -> None:
    """The object that the ledger names is deleted; its neighbour with a longer name is not."""
    s3 = case.simulator.client("s3")
    s3.create_bucket(Bucket="team-data")
    for key in ("data/ab.jsonl", "data/ab.jsonl.old"):
        s3.put_object(Bucket="team-data", Key=key, Body=b"x")
    name = "s3://team-data/data/ab.jsonl"
    entry = Entry("training-data", name, ACCOUNT, "us-east-1", case.simulator.url, project=str(case.root))
    case.ledger.made(case.ledger.intend(entry), name)
    code, said = run(capsys, "cleanup", "--all", "--yes")
    assert (code, said["things"][-1]["kind"]) == (0, "training-data")
    assert [row["Key"] for row in s3.list_objects_v2(Bucket="team-data")["Contents"]] == ["data/ab.jsonl.old"]


def test_one_failure_does_not_stop_the_rest(case: Case, capsys: Shown) -> None:
    """AWS denies one deletion: the others happen, and the exit code says that something is left."""
    deployed(case, capsys)
    case.simulator.fault("DeleteSchedule", "access denied")
    code, said = run(capsys, "cleanup", "--all", "--yes")
    outcomes = {one["kind"]: one["outcome"] for one in said["things"]}
    assert (code, outcomes) == (1, {"deployment": "deleted", "schedule": "failed", "custom-model": "deleted"})
    assert run(capsys, "cleanup", "--all", "--yes")[0] == 0
    assert left(case) == []


@pytest.mark.parametrize(
    "kind", ["commit then drop", *(pytest.param(each, marks=pytest.mark.slow) for each in FAULTS)]
)
def test_faults_of_deletion_are_survived(kind: str, case: Case, capsys: Shown) -> None:
    """A lost answer, an internal error, a throttle: it is gone in the end, and the ledger says so."""
    deployed(case, capsys)
    for operation in ("DeleteCustomModelDeployment", "DeleteSchedule", "DeleteCustomModel"):
        case.simulator.fault(operation, kind)
    assert run(capsys, "cleanup", "--all", "--yes")[0] == 0
    assert (left(case), case.ledger.alive()) == ([], [])


def test_another_accounts_things_are_not_asked_for(case: Case, capsys: Shown) -> None:
    """The ledger is the user's, over all accounts; these credentials are for one of them."""
    (model,) = case.ledger.alive()
    case.ledger.intend(replace(model, account="999999999999", name="elsewhere"))
    code, said = run(capsys, "cleanup", "--all", "--yes")
    whys = {one["name"]: one["why"] for one in said["things"]}
    assert code == 1
    assert "account 999999999999" in whys["elsewhere"]


def test_it_frees_money_that_was_set_aside(case: Case) -> None:
    """A job that no longer runs holds no budget."""
    from decimal import Decimal

    case.ledger.reserve(
        job="j", project=str(case.root), recipe="tone", sweep="", usd=Decimal(5), max_usd=None,
        max_usd_per_sweep=None, account=ACCOUNT, region="us-east-1", simulator="",
    )  # fmt: skip
    assert main(["cleanup", str(case.recipe), "--yes"]) == 0
    assert [one.state for one in case.ledger.reservations()] == ["released"]
    assert Path(case.recipe).exists()


def test_expired_here_is_deleted_although_another_place_cannot_be_asked(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No credentials for AWS: what has outlived its lease on the simulated one goes all the same."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    case.ledger.intend(Entry("deployment", "far", ACCOUNT, "eu-west-1", expires="2020-01-01T00:00:00Z"))
    deployed(case, capsys, "--max-lifetime", "1h")
    world = case.simulator.world
    (schedule,) = world.find("schedule")
    world.put("schedule", schedule["key"], {**schedule, "fired": True})
    case.simulator.advance(2 * HOUR)
    code, said = run(capsys, "cleanup", "--expired", "--yes")
    assert (code, [one["kind"] for one in said["things"]]) == (0, ["deployment", "schedule"])
    assert "eu-west-1" in said["notes"][0]


def test_a_run_that_was_killed_early_can_be_cleaned(case: Case, capsys: Shown) -> None:
    """It has a plan and no job yet: its folder chooses what the ledger has of it."""
    (case.run / "job.json").unlink()
    _, said = run(capsys, "cleanup", str(case.run), "--dry-run")
    assert [one["name"] for one in said["things"]] == [NAME]
