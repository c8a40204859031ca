"""The ledger's promises: written before, never twice, never jointly over the budget, whoever is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runner.errors import BudgetError, RunnerError
from runner.ledger import Entry, Ledger, open_ledger

WRITERS = Path(__file__).with_name("writers.py")
MODEL = Entry("custom-model", "m", "1", "us-east-1", token="t1", project="p", usd="1.95", per="month")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger of this test alone."""
    monkeypatch.setenv("RUNNER_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("RUNNER_LEDGER", raising=False)
    return tmp_path / "state" / "bedrock-recipe-runner" / "ledger.sqlite"


def start(*words: str) -> subprocess.Popen[str]:
    """A writer in a process of its own."""
    return subprocess.Popen([sys.executable, str(WRITERS), *words], stdout=subprocess.PIPE, text=True)


def reserve(ledger: Ledger, job: str, usd: str, **changed: Any) -> None:
    """Reserve with the usual limits."""
    asked = {
        "job": job, "project": "p", "recipe": "r", "sweep": "", "usd": Decimal(usd), "max_usd": Decimal(20),
        "max_usd_per_sweep": Decimal(50), "account": "1", "region": "us-east-1", "simulator": "",
    }  # fmt: skip
    ledger.reserve(**{**asked, **changed})


def test_an_entry_is_intended_then_made_then_gone() -> None:
    """The three states, and that only what is not gone is alive."""
    ledger = open_ledger()
    intended = ledger.intend(MODEL)
    assert (intended.state, intended.arn, ledger.alive()) == ("intended", "", [intended])
    made = ledger.made(intended, "arn:m")
    assert (made.state, made.arn) == ("made", "arn:m")
    assert ledger.alive() == [made]
    ledger.gone(made, "deleted")
    assert ledger.alive() == []
    assert [(row.state, row.why) for row in ledger.history()] == [("gone", "deleted")]


def test_intending_twice_is_once_and_keeps_the_first_token() -> None:
    """After a crash the same call is made with the same token, whatever the second process thought of."""
    ledger = open_ledger()
    ledger.intend(MODEL)
    again = open_ledger().intend(Entry("custom-model", "m", "1", "us-east-1", token="t2"))
    assert (again.token, len(ledger.alive())) == ("t1", 1)


def test_what_is_gone_can_be_made_again_as_a_new_thing() -> None:
    """A deployment of yesterday and one of today are two, with a token each."""
    ledger = open_ledger()
    ledger.gone(ledger.intend(MODEL), "deleted")
    again = ledger.intend(Entry("custom-model", "m", "1", "us-east-1", token="t2"))
    assert (again.token, len(ledger.history())) == ("t2", 2)


def test_accounts_regions_and_simulators_are_apart() -> None:
    """The same name elsewhere is another thing."""
    ledger = open_ledger()
    for account, region, simulator in [("1", "r1", ""), ("2", "r1", ""), ("1", "r2", ""), ("1", "r1", "/s")]:
        ledger.intend(Entry("deployment", "d", account, region, simulator))
    assert len(ledger.alive()) == 4


def test_what_aws_has_made_is_never_forgotten() -> None:
    """Somebody else struck the entry out while the call was under way: it comes back."""
    ledger = open_ledger()
    entry = ledger.intend(MODEL)
    ledger.gone(entry, "AWS did not know it")
    ledger.made(entry, "arn:m")
    assert [row.arn for row in ledger.alive()] == ["arn:m"]


def test_only_its_owner_reads_it(state: Path) -> None:
    """Mode 0600, the write-ahead log included, whatever the umask says."""
    before = os.umask(0)
    try:
        open_ledger().intend(MODEL)
        reader = sqlite3.connect(state)
        reader.execute("SELECT * FROM entries").fetchall()
        modes = {stat.S_IMODE(file.stat().st_mode) for file in state.parent.iterdir()}
        reader.close()
    finally:
        os.umask(before)
    assert modes == {0o600}
    assert stat.S_IMODE(state.parent.stat().st_mode) == 0o700


def test_a_newer_ledger_is_refused(state: Path) -> None:
    """An older tool must not misread what costs money."""
    open_ledger().intend(MODEL)
    with sqlite3.connect(state) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(RunnerError, match="version 99"):
        open_ledger().alive()


def test_a_broken_file_is_an_error_in_words(state: Path) -> None:
    """Nothing billable starts without a ledger."""
    state.parent.mkdir(parents=True)
    state.write_bytes(b"not a database" * 100)
    with pytest.raises(RunnerError, match="cannot be used"):
        open_ledger().intend(MODEL)


@pytest.mark.parametrize("place", ["a file", "a folder"])
def test_a_place_that_cannot_hold_it_is_an_error_in_words(place: str, state: Path) -> None:
    """The folder is a file, or the file a folder: no traceback, and nothing billable starts."""
    if place == "a file":
        state.parent.parent.mkdir()
        state.parent.write_text("")
    else:
        state.mkdir(parents=True)
    with pytest.raises(RunnerError, match="cannot be used"):
        open_ledger().intend(MODEL)


def test_a_copied_file_becomes_a_teams_ledger(state: Path) -> None:
    """A user's file put to S3 as it is: it says that it has a write-ahead log, which the object has not."""
    from runner.ledger.shared import _opened

    open_ledger().intend(MODEL)
    with contextlib.closing(_opened(state.read_bytes())) as database:
        assert database.execute("SELECT name FROM entries").fetchall() == [("m",)]


def test_the_clones_of_a_team_share_a_recipes_budget() -> None:
    """Each lies in a folder of its own; in a shared ledger they are one project to the budget."""
    ledger = open_ledger()
    reserve(ledger, "a", "12", project="/home/alice/shop")
    with pytest.raises(BudgetError):
        reserve(ledger, "b", "12", project="/home/bob/shop")


def test_a_reservation_is_made_once_and_booked() -> None:
    """The same job again changes nothing; its actual cost replaces what was set aside."""
    ledger = open_ledger()
    reserve(ledger, "a", "12")
    reserve(ledger, "a", "12")
    ledger.book("a", Decimal("3.25"))
    reserve(ledger, "a", "12")
    assert [(row.job, row.usd, row.state) for row in ledger.reservations()] == [
        ("a", Decimal("3.25"), "booked")
    ]


def test_jobs_of_one_recipe_under_way_share_max_usd() -> None:
    """The second is refused with the first one's name, and fits when the first has ended."""
    ledger = open_ledger()
    reserve(ledger, "a", "12")
    with pytest.raises(BudgetError, match=r"12\.00 USD of it\n    a: 12\.00 USD, open") as refused:
        reserve(ledger, "b", "12")
    assert "budget.max_usd=25" in refused.value.fix
    reserve(ledger, "c", "12", recipe="another")
    ledger.book("a", Decimal(12))
    reserve(ledger, "b", "12")


def test_a_sweep_counts_what_has_ended_too() -> None:
    """Its limit is for all its jobs: a booked one still takes its part, a released one does not."""
    ledger = open_ledger()
    for job in ("a", "b", "c"):
        reserve(ledger, job, "15", sweep="s")
    ledger.book("a", Decimal(14))
    with pytest.raises(BudgetError, match="max_usd_per_sweep"):
        reserve(ledger, "d", "15", sweep="s")
    ledger.release("b", "not started")
    reserve(ledger, "d", "15", sweep="s")


def test_simulated_money_is_no_money() -> None:
    """A rehearsal takes nothing from the real budget."""
    ledger = open_ledger()
    reserve(ledger, "a", "15", simulator="/sim")
    reserve(ledger, "b", "15")


@pytest.mark.parametrize("sweep", ["", "s"])
def test_processes_cannot_jointly_overspend(sweep: str) -> None:
    """Five processes want 6 USD each of 20 at once: three get them."""
    running = [start("reserve", f"job-{number}", sweep) for number in range(5)]
    said = Counter(process.communicate(timeout=60)[0].strip() for process in running)
    assert said == {"reserved": 3, "refused": 2}
    assert sum(row.usd for row in open_ledger().reservations()) == 18


def test_processes_lose_no_update() -> None:
    """Three writers at once: every entry is there, and the common one exists once."""
    running = [start("intend", name, "10") for name in "abc"]
    tokens = {process.communicate(timeout=60)[0].strip() for process in running}
    made = Counter(row.state for row in open_ledger().alive())
    assert (len(tokens), made) == (1, {"made": 30, "intended": 1})


def test_a_process_killed_inside_a_transaction_leaves_nothing_behind() -> None:
    """kill -9 in the middle of a write: the next process writes at once and sees no half of it."""
    process = start("die_inside", "half")
    assert process.stdout is not None
    assert process.stdout.readline() == "inside\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    reserve(open_ledger(), "whole", "1")
    assert [row.job for row in open_ledger().reservations()] == ["whole"]
