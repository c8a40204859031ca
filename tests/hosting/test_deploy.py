"""`runner deploy`: the price first, the lease before the thing, one thing however often it is asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hosting.cases import Case

from runner.cli import main
from runner.runs import RunFolder

HOUR = 3600


def deploy(case: Case, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """What the command prints as JSON."""
    code = main(["deploy", str(case.recipe), "--no-wait", "--format", "json", *words])
    shown = capsys.readouterr()
    assert code == 0, shown
    return dict(json.loads(shown.out))


def test_on_demand_is_free_while_idle(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """The model's schema says that it can be deployed: nothing is billed by the hour."""
    made = deploy(case, capsys)
    assert (made["kind"], made["usd_per_hour"], made["simulated"]) == ("deployment", "0", True)
    (found,) = case.simulator.client("bedrock").list_custom_model_deployments()["modelDeploymentSummaries"]
    assert found["customModelDeploymentArn"] == made["arn"]
    kinds = {row.kind: (row.state, row.usd) for row in case.ledger.alive()}
    assert kinds["deployment"] == ("made", "0")
    assert kinds["schedule"][0] == "made"


def test_the_lease_is_made_before_the_throughput(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """There is no moment in which it exists without an end."""
    deploy(case, capsys, "--provisioned", "--yes")
    calls = case.simulator.calls
    assert calls.index("CreateSchedule") < calls.index("CreateProvisionedModelThroughput")


def test_the_lease_ends_it_although_nobody_is_there(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Eight hours later AWS has deleted it, and billed eight hours; the schedule is gone too."""
    from runner.simulator.bedrock.throughput import unit_hours

    deploy(case, capsys, "--provisioned", "--yes", "--max-lifetime", "8h")
    case.simulator.advance(50 * HOUR)
    bedrock, scheduler = case.simulator.client("bedrock"), case.simulator.client("scheduler")
    assert bedrock.list_provisioned_model_throughputs()["provisionedModelSummaries"] == []
    assert scheduler.list_schedules()["Schedules"] == []
    assert unit_hours(case.simulator.world) == pytest.approx(8, abs=0.01)


def test_provisioning_asks_first(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal --yes is needed; the price stands before the refusal and nothing is made."""
    assert main(["deploy", str(case.recipe), "--provisioned"]) == 1
    shown = capsys.readouterr()
    assert "60.50 USD an hour" in shown.out
    assert "484.00 USD" in shown.out
    assert "--yes" in shown.err
    assert not {"CreateSchedule", "CreateProvisionedModelThroughput"} & set(case.simulator.calls)


def test_again_is_the_same_thing_with_a_new_lease(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """The second command finds the first one's throughput, and moves the schedule."""
    first = deploy(case, capsys, "--provisioned", "--yes", "--max-lifetime", "2h")
    case.simulator.advance(HOUR)
    second = deploy(case, capsys, "--provisioned", "--yes", "--max-lifetime", "2h")
    assert second["arn"] == first["arn"]
    assert second["lease_ends"] > first["lease_ends"]
    assert case.simulator.calls.count("CreateProvisionedModelThroughput") == 1
    schedule = case.simulator.client("scheduler").list_schedules()["Schedules"]
    assert len(schedule) == 1
    case.simulator.advance(1.5 * HOUR)
    listed = case.simulator.client("bedrock").list_provisioned_model_throughputs()
    assert len(listed["provisionedModelSummaries"]) == 1


def test_after_the_lease_it_is_a_new_thing(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """The ledger learns that the old one is gone; the new one has a token of its own."""
    first = deploy(case, capsys, "--provisioned", "--yes", "--max-lifetime", "1h")
    case.simulator.advance(2 * HOUR)
    second = deploy(case, capsys, "--provisioned", "--yes", "--max-lifetime", "1h")
    assert second["arn"] != first["arn"]
    rows = [row for row in case.ledger.history() if row.kind == "provisioned-throughput"]
    assert [row.state for row in rows] == ["gone", "made"]
    assert rows[0].token != rows[1].token


def test_a_commitment_needs_its_flag_and_outlasts_the_lease(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """It cannot be deleted early, so its lease ends no sooner than its term."""
    made = deploy(case, capsys, "--commitment", "OneMonth", "--yes")
    assert (made["kind"], made["usd_per_hour"]) == ("provisioned-throughput", "55")
    ends = datetime.fromisoformat(made["lease_ends"])
    assert (ends - datetime.now(UTC)).days >= 27


def test_what_aws_refuses_leaves_nothing(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """No throughput, no schedule, and nothing alive in the ledger but the model."""
    case.simulator.world.set(throughputs_without_commitment=0)
    assert main(["deploy", str(case.recipe), "--provisioned", "--yes", "--no-wait"]) == 1
    assert "ServiceQuotaExceeded" in capsys.readouterr().err
    assert case.simulator.client("scheduler").list_schedules()["Schedules"] == []
    assert [row.kind for row in case.ledger.alive()] == ["custom-model"]


def test_an_unknown_price_must_be_accepted(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Nova Pro's throughput price is in no source."""
    plan = json.loads((case.run / "plan.json").read_text())
    plan["model"]["id"] = "amazon.nova-pro-v1:0"
    (case.run / "plan.json").write_text(json.dumps(plan))
    assert main(["deploy", str(case.recipe), "--provisioned", "--yes", "--no-wait"]) == 1
    assert "--accept-unknown-price" in capsys.readouterr().err
    assert "CreateSchedule" not in case.simulator.calls


def test_a_name_of_somebody_else_is_left_alone(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """A throughput of our name without our tags is not ours: nothing is touched."""
    case.simulator.client("bedrock").create_provisioned_model_throughput(
        provisionedModelName="tone-abababababab", modelId=case.model_arn, modelUnits=1
    )
    assert main(["deploy", str(case.recipe), "--provisioned", "--yes", "--no-wait"]) == 1
    assert "did not make it" in capsys.readouterr().err
    assert "CreateSchedule" not in case.simulator.calls


def test_a_lost_reply_makes_no_second_one(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """AWS has made it, the answer is lost: the repeated call carries the same token."""
    case.simulator.fault("CreateProvisionedModelThroughput", "commit then drop")
    case.simulator.fault("CreateSchedule", "commit then drop")
    deploy(case, capsys, "--provisioned", "--yes")
    found = case.simulator.client("bedrock").list_provisioned_model_throughputs()["provisionedModelSummaries"]
    assert len(found) == 1


def test_waiting_ends_when_it_can_be_asked(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --no-wait the command returns with an Active deployment."""
    case.simulator.world.run_at(3000)
    assert main(["deploy", str(case.recipe), "--max-lifetime", "2d"]) == 0
    assert "Active" in capsys.readouterr().out


def test_an_arn_is_enough(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """The ledger knows where the model is; without its schema, throughput at an unknown price is the way."""
    code = main(["deploy", case.model_arn, "--dry-run", "--format", "json"])
    shown = json.loads(capsys.readouterr().out)
    assert (code, shown["kind"], shown["arn"]) == (0, "deployment", None)


def test_what_was_deployed_by_its_arn_answers(
    case: Case, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when no ledger knows the model: AWS is asked for its base."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", case.simulator.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("RUNNER_STATE", str(case.root.parent / "another"))
    case.simulator.world.set(deployment_creating_seconds=0)
    assert main(["deploy", case.model_arn, "--no-wait", "--create-lease-role"]) == 0
    assert main(["invoke", case.model_arn, "good day"]) == 0
    assert "day good" in capsys.readouterr().out


def test_a_run_without_a_model_says_so(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """The job has not ended: there is nothing to host."""
    run = RunFolder(case.run)
    job = run.read("job.json")
    job["details"].pop("custom_model")
    run.write("job.json", {**job, "state": "InProgress"})
    assert main(["deploy", str(case.recipe)]) == 1
    assert "InProgress" in capsys.readouterr().err
