"""A lease is never lost on the way: two ways of hosting, rivals, renewals, and questions left standing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hosting.cases import Case

from runner.cli import main
from runner.hosting import deploying

HOUR = 3600
PROVISION = ("--provisioned", "--yes")
Shown = pytest.CaptureFixture[str]


def deploy(case: Case, capsys: Shown, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of the command."""
    code = main(["deploy", str(case.recipe), "--no-wait", "--format", "json", *words])
    return code, json.loads(capsys.readouterr().out)


def units(case: Case) -> list[Any]:
    """The throughput that AWS has."""
    listed = case.simulator.client("bedrock").list_provisioned_model_throughputs()
    return list(listed["provisionedModelSummaries"])


def test_a_deployment_does_not_take_the_lease_of_the_throughput(case: Case, capsys: Shown) -> None:
    """The same model hosted both ways: two schedules, and the hourly one ends in time."""
    assert deploy(case, capsys, *PROVISION, "--max-lifetime", "2h")[0] == 0
    assert deploy(case, capsys, "--max-lifetime", "2d")[0] == 0
    assert len(case.simulator.client("scheduler").list_schedules()["Schedules"]) == 2
    case.simulator.advance(3 * HOUR)
    assert units(case) == []


def test_another_size_is_no_renewal(case: Case, capsys: Shown) -> None:
    """Renewing leaves the size, so its price stays the one that was shown and agreed to."""
    assert deploy(case, capsys, *PROVISION, "--units", "2")[0] == 0
    code, said = deploy(case, capsys, *PROVISION)
    assert (code, "--units 2" in said["fix"]) == (1, True)
    rows = {row.kind: row.usd for row in case.ledger.alive()}
    assert rows["provisioned-throughput"] == "121"


def test_a_commitment_keeps_a_lease_behind_its_term(case: Case, capsys: Shown) -> None:
    """Renewed for a day, it would end before it can be deleted, and be billed for ever after."""
    case.simulator.world.set(throughput_creating_seconds=0)
    bought = deploy(case, capsys, *PROVISION, "--commitment", "OneMonth")[1]
    assert bought["commitment_ends"] < bought["lease_ends"]
    assert deploy(case, capsys, *PROVISION, "--max-lifetime", "1d")[0] == 1
    case.simulator.advance(10 * 24 * HOUR)
    again = deploy(case, capsys, *PROVISION, "--commitment", "OneMonth", "--max-lifetime", "1d")[1]
    (unit,) = units(case)
    until = unit["commitmentExpirationTime"]
    assert timedelta() < datetime.fromisoformat(again["lease_ends"]) - until < timedelta(hours=2)


def test_a_rival_that_was_faster_keeps_its_lease(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine makes the same throughput in the same moment: our refusal does not unleash it."""
    original = deploying._make

    def slower(cloud: Any, ledger: Any, asked: Any, entry: Any) -> str:
        cloud.client("bedrock").create_provisioned_model_throughput(
            provisionedModelName=entry.name, modelId=asked.target.arn, modelUnits=1
        )
        return original(cloud, ledger, asked, entry)

    monkeypatch.setattr(deploying, "_make", slower)
    assert deploy(case, capsys, *PROVISION, "--max-lifetime", "2h")[0] == 1
    assert len(units(case)) == 1
    case.simulator.advance(3 * HOUR)
    assert units(case) == []


def test_the_lease_begins_when_the_question_is_answered(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine hours at the prompt: a lease from before would be over, and end nothing."""

    def answer(_: str) -> str:
        case.simulator.advance(9 * HOUR)
        return "y"

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert main(["deploy", str(case.recipe), "--provisioned", "--no-wait"]) == 0
    assert len(units(case)) == 1
    case.simulator.advance(9 * HOUR)
    assert units(case) == []
    assert "484.00 USD" in capsys.readouterr().out


def test_a_lease_has_bounds(case: Case, capsys: Shown) -> None:
    """Neither none, nor one that nobody sees end, nor one that ends before AWS has made the throughput."""
    for span in ("0h", "-1h", "366d", "99999999999d", "1w", "٣h", "8", "59m"):
        code, said = deploy(case, capsys, *PROVISION, f"--max-lifetime={span}")
        assert code == 1, span
        assert "1h" in said["fix"] or "is not a span" in said["error"]
    assert case.simulator.calls == []


@pytest.mark.parametrize("words", [("--units", "0"), ("--units", "-2"), ("--max-usd", "nan")])
def test_numbers_that_cannot_be_meant_are_refused(words: tuple[str, str], case: Case, capsys: Shown) -> None:
    """No negative price, and no schedule for what AWS would refuse."""
    assert deploy(case, capsys, *PROVISION, *words)[0] == 1
    assert case.simulator.calls == []


def test_a_schedule_that_is_refused_means_no_throughput(case: Case, capsys: Shown) -> None:
    """Without an end nothing is made."""
    case.simulator.fault("CreateSchedule", "access denied")
    assert deploy(case, capsys, *PROVISION)[0] == 1
    assert units(case) == []
    assert [row.kind for row in case.ledger.alive()] == ["custom-model"]


def test_the_budget_bounds_the_lease(case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    """On AWS itself; eight hours at 60.50 USD are more than the 100 USD of the recipe."""
    plan = json.loads((case.run / "plan.json").read_text())
    (case.run / "plan.json").write_text(json.dumps({**plan, "budget": {"max_usd": "100"}}))
    assert deploy(case, capsys, *PROVISION, "--dry-run")[0] == 0  # simulated: nothing is billed
    real(case, monkeypatch)
    code, said = deploy(case, capsys, *PROVISION)
    assert (code, "484.00 USD" in said["error"]) == (3, True)
    assert "CreateSchedule" not in case.simulator.calls
    assert deploy(case, capsys, *PROVISION, "--max-lifetime", "1h", "--dry-run")[0] == 0
    assert deploy(case, capsys, *PROVISION, "--max-usd", "500", "--dry-run")[0] == 0


def test_interrupted_while_waiting_it_says_what_stays(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends the waiting, not the bill."""

    def interrupt(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(deploying, "ready", interrupt)
    assert main(["deploy", str(case.recipe), *PROVISION]) == 130
    assert "60.50 USD an hour until its lease ends" in capsys.readouterr().err


def real(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's file says that it ran on AWS, which the environment's endpoint then is."""
    from runner.runs import RunFolder

    job = RunFolder(case.run).job() or {}
    job["details"]["simulator"] = ""
    RunFolder(case.run).write("job.json", job)
    monkeypatch.setenv("AWS_ENDPOINT_URL", case.simulator.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
