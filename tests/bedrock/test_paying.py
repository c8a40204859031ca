"""Money: asked for once, set aside before the upload, never more than the limits, booked at the end."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")

from bedrock.stage import Cloud, Runners, ledger, standing

RUN = ("run", "recipes/faq.yaml")


def test_a_real_job_is_not_started_without_consent(runners: Runners, project: Path, aws: Cloud) -> None:
    """No terminal, no --yes: refused with the price and the flag, and AWS was not even asked who we are."""
    ended = runners.run(project, *RUN, "executor.simulate=false", "--offline", AWS_ENDPOINT_URL=aws.url)
    assert ended.code == 1, ended.text
    assert "--yes" in ended.text
    assert "USD" in ended.text
    assert aws.world.calls == []


def test_a_simulated_job_needs_no_consent_and_costs_nothing(
    runners: Runners, project: Path, aws: Cloud
) -> None:
    """Its cost is 0 and says why; a second run prints the same ARN and asks AWS nothing."""
    first = runners.run(project, *RUN, "--yes", "--format", "json", cloud=aws)
    assert first.code == 0, first.text
    assert first.json["job"]["state"] == "Completed"
    assert first.json["cost"]["actual"]["usd"] == "0"
    assert first.json["metrics"]["synthetic"] is True
    assert Path(first.json["report"]).exists()
    asked = len(aws.world.calls)
    second = runners.run(project, *RUN, "--yes", "--format", "json", cloud=aws)
    assert second.json["job"]["arn"] == first.json["job"]["arn"]
    assert len(aws.world.calls) == asked


def test_over_the_budget_nothing_is_uploaded(runners: Runners, project: Path, aws: Cloud) -> None:
    """Exit code 3, and no object, no job, no entry."""
    ended = runners.run(project, *RUN, "budget.max_usd=0.5", cloud=aws)
    assert ended.code == 3, ended.text
    assert "PutObject" not in aws.world.calls
    assert aws.world.find("job") == []


def test_what_another_job_holds_counts(runners: Runners, project: Path, aws: Cloud) -> None:
    """An open reservation of the same recipe leaves too little: refused before the upload."""
    book = ledger(project)
    book.reserve(
        job="other", project=project.name, recipe="faq", sweep="", usd=Decimal(4), max_usd=None,
        max_usd_per_sweep=None, account="123456789012", region="us-east-1", simulator=aws.url,
    )  # fmt: skip
    ended = runners.run(project, *RUN, cloud=aws)
    assert ended.code == 3, ended.text
    assert "other" in ended.text
    assert "PutObject" not in aws.world.calls


def test_a_sweep_is_priced_whole_before_its_first_job(runners: Runners, project: Path, aws: Cloud) -> None:
    """Two points at 1.95 USD and more do not fit 3 USD: nothing is started."""
    points = "hyperparameters.epochCount=1,2"
    ended = runners.run(project, *RUN, "-m", points, "budget.max_usd_per_sweep=3", cloud=aws)
    assert ended.code == 3, ended.text
    assert "2 jobs" in ended.text
    assert aws.world.calls == []


@pytest.mark.slow
def test_a_sweep_has_its_jobs_under_way_together(runners: Runners, project: Path, aws: Cloud) -> None:
    """Two places, three points: two start at once, the third when there is room; all end well."""
    aws.world.set(training_seconds=4500)
    ended = runners.run(project, *RUN, "-m", "hyperparameters.epochCount=1,2,3", cloud=aws)
    assert ended.code == 0, ended.text
    assert "waiting for room" in ended.text
    assert standing(aws, project)["jobs"] == 3
    assert standing(aws, project)["reservations"] == ["booked"] * 3
    assert len({row.sweep for row in ledger(project).reservations()}) == 1
    # Between start and end a look at a job is one question, not the whole path again.
    started = aws.world.calls.count("GetFoundationModel")  # each preflight asks it
    assert aws.world.calls.count("GetCallerIdentity") == started + 3


def test_a_job_can_be_left_and_followed_later(runners: Runners, project: Path, aws: Cloud) -> None:
    """`--no-wait` ends at once; the next run finds the job and ends with its metrics."""
    left = runners.run(project, *RUN, "--no-wait", "--format", "json", cloud=aws)
    assert (left.code, left.json["job"]["state"]) == (0, "InProgress"), left.text
    done = runners.run(project, *RUN, "--format", "json", cloud=aws)
    assert (done.code, done.json["job"]["state"]) == (0, "Completed"), done.text
    assert done.json["job"]["arn"] == left.json["job"]["arn"]
    assert done.json["metrics"]["validation_loss_after"] is not None


def test_a_job_can_be_stopped(runners: Runners, project: Path, aws: Cloud) -> None:
    """`runner cancel` asks AWS; the next run tells how it ended, and the one after it tries again."""
    runners.run(project, *RUN, "--no-wait", cloud=aws)
    (folder,) = (project / "runs" / "faq").iterdir()
    stopped = runners.run(project, "cancel", str(folder), cloud=aws)
    assert (stopped.code, "stopping" in stopped.text) == (0, True), stopped.text
    assert "StopModelCustomizationJob" in aws.world.calls
    aws.world.advance(600)
    told = runners.run(project, *RUN, "--format", "json", cloud=aws)
    assert (told.code, len(aws.world.find("job"))) == (5, 1), told.text
    assert told.json["job"]["state"] == "Stopped"
    assert "fix:" in told.errors
    again = runners.run(project, *RUN, "--format", "json", cloud=aws)
    assert again.code == 0, again.text
    assert again.json["job"]["name"].endswith("-2")
    assert [job["status"] for job in aws.world.find("job")].count("Completed") == 1


def test_on_a_terminal_it_asks_once_with_the_price(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Yes goes on, anything else starts nothing."""
    import io
    import sys

    from runner.errors import RunnerError
    from runner.execute import ask_to_spend

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    ask_to_spend("the job costs 2 USD")
    assert "2 USD" in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", Terminal("\n"))
    with pytest.raises(RunnerError, match="nothing was started"):
        ask_to_spend("the job costs 2 USD")


def test_simulate_without_the_executor_names_it(runners: Runners, project: Path) -> None:
    """The flag alone is what a newcomer types first."""
    words = ("run", "recipes/faq.yaml", "executor=local", "~executor.simulate", "--simulate")
    ended = runners.run(project, *words)
    assert ended.code == 1, ended.text
    assert "executor=bedrock --simulate" in ended.errors


def test_a_local_run_cannot_be_left(runners: Runners, project: Path) -> None:
    """The flag says where it does not apply."""
    words = ("executor=tiny", "--no-wait")
    ended = runners.run(project, *RUN, *words)
    assert ended.code in (1, 2)
    assert "Traceback" not in ended.text
