"""`runner status`: what is alive, what it costs, since when, until when, and what is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hosting.cases import ACCOUNT, Case

from runner.cli import main
from runner.hosting.burn import burn, rate
from runner.hosting.standing import usd_now
from runner.hosting.table import things_table
from runner.ledger import Entry

UNIT = Entry("provisioned-throughput", "t", ACCOUNT, "us-east-1", usd="60.5", per="hour", state="made")


def status(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """What the command prints as JSON."""
    assert main(["status", "--format", "json", *words]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_the_burn_rate_is_exact() -> None:
    """Hours, days and months of 730 hours; an unknown price is counted, not taken for nothing."""
    storage = Entry("custom-model", "m", ACCOUNT, "us-east-1", usd="1.95", per="month")
    unknown = Entry("deployment", "d", ACCOUNT, "us-east-1")
    simulated = replace(UNIT, simulator="/sim")
    assert rate(UNIT, "day") == Decimal(1452)
    assert rate(storage, "month") == Decimal("1.95")
    assert burn([UNIT, storage, unknown, simulated]) == {
        "usd_per_hour": "60.502671",
        "usd_per_day": "1452.064104",
        "usd_per_month": "44166.95",
        "unknown": 1,
    }


def test_it_lists_what_is_alive(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """With its state, its price and its end, in every project."""
    case.ledger.made(case.ledger.intend(replace(UNIT, expires="2030-01-01T00:00:00Z")), "arn:t")
    said = status(capsys)
    (unit,) = [one for one in said["alive"] if one["name"] == "t"]
    assert (unit["usd_per_hour"], unit["expires"], unit["state"]) == ("60.5", "2030-01-01T00:00:00Z", "made")
    assert said["burn"]["usd_per_day"] == "1452"
    assert main(["status"]) == 0
    text = capsys.readouterr().out
    assert "burn rate: 60.50 USD an hour, 1,452.00 USD a day" in text
    assert "a month of 730 hours" in text
    assert "simulated:" in text


def test_the_table_fits_a_terminal() -> None:
    """Names of 200 characters lose their middle; what is intended says so; each place stands once."""
    data = "s3://bucket/" + "folder/" * 30 + "train.jsonl"
    rows = [
        replace(UNIT, created="2026-11-22T01:30:00Z", expires="2026-12-22T09:30:00Z"),
        replace(UNIT, kind="training-data", name=data, created="2026-11-22T01:30:00Z", usd=None),
        replace(UNIT, usd="9999.99", name="n" * 63, state="intended"),
        replace(UNIT, simulator="/sim"),
    ]
    lines = things_table(rows).splitlines()
    assert max(map(len, lines)) <= 100
    assert [line for line in lines if line.endswith(":")] == [f"{ACCOUNT} us-east-1:", "simulated:"]
    assert "s3://b" in lines[3]
    assert "train.jsonl" in lines[3]
    assert lines[4].startswith("throughput?")
    assert "2026-12-22 09:30" in lines[2]


def test_simulated_money_is_told_apart(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """A rehearsal under way reserves nothing that is paid."""
    for job, simulator in (("a", ""), ("b", "/sim")):
        case.ledger.reserve(
            job=job, project=str(case.root), recipe="tone", sweep="", usd=Decimal(5), max_usd=None,
            max_usd_per_sweep=None, account=ACCOUNT, region="us-east-1", simulator=simulator,
        )  # fmt: skip
    assert main(["status"]) == 0
    text = capsys.readouterr().out
    assert "reserved for 1 job(s) under way: 5.00 USD" in text
    assert "1 simulated job(s)" in text


def test_a_lost_answer_is_asked_for(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Only intended: AWS says that it was made. Offline it stays unknown."""
    (model,) = case.ledger.alive()
    case.ledger.gone(model, "to be intended again")
    case.ledger.intend(replace(model, state="intended", arn=""))
    assert status(capsys, "--offline")["alive"][0]["state"] == "intended"
    assert status(capsys)["alive"][0]["state"] == "made"


@pytest.mark.usefixtures("case")
def test_a_run_costs_nothing_once_nothing_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    """The run's own line says so after the cleanup."""
    assert len(status(capsys)["alive"]) == 1
    assert main(["cleanup", "--all", "--yes"]) == 0
    capsys.readouterr()
    said = status(capsys)
    assert (said["runs"][0]["usd_now"], said["usd_now"], said["alive"]) == ("0", "0", [])
    assert main(["status"]) == 0
    assert "nothing that was made at AWS is left" in capsys.readouterr().out


def test_a_lease_that_is_over_is_over(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """AWS has deleted it while nobody looked: status asks, and no longer lists it."""
    words = ["deploy", str(case.recipe), "--provisioned", "--yes", "--no-wait", "--max-lifetime", "1h"]
    assert main(words) == 0
    capsys.readouterr()
    assert len(status(capsys)["alive"]) == 3
    case.simulator.advance(2 * 3600)
    assert [one["kind"] for one in status(capsys)["alive"]] == ["custom-model"]


def test_what_a_run_left_on_aws_is_not_nothing() -> None:
    """Its price stands in the list below; the run's own line does not claim that it is free."""
    run = {"executor": "bedrock", "fingerprint": "f", "state": "Completed", "usd_now": None}
    left = replace(UNIT, fingerprint="f")
    assert usd_now(run, [left]) is None
    assert usd_now(run, [replace(left, simulator="/sim")]) == "0"
    assert usd_now({**run, "state": "InProgress"}, []) is None


def test_what_cannot_be_asked_is_said(
    case: Case, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No credentials: the list is shown all the same."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    case.ledger.intend(replace(UNIT, state="intended"))
    said = status(capsys)
    assert "no AWS credentials" in said["notes"][0]
    assert [one["state"] for one in said["alive"]] == ["made", "intended"]
