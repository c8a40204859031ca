"""Whose something is: nothing of a colleague, another project or another account is deleted or forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hosting.cases import ACCOUNT, NAME, Case
from hosting.test_renewing import real

from runner.bedrock.names import tags
from runner.bedrock.ownership import legal, owner
from runner.cli import main
from runner.hosting import choosing
from runner.ledger import Entry, Ledger, open_ledger
from runner.runs import RunFolder

Shown = pytest.CaptureFixture[str]
BOB = "bob@desk:/home/bob/shop"


def run(capsys: Shown, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of a command."""
    code = main([*words, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def bobs_deployment(case: Case, name: str = "bobs", by: str = BOB) -> str:
    """A colleague's project of the same name has something in the same account."""
    labels = tags(str(case.root), "tone", "", {}) | {"runner:owner": by}
    made = case.simulator.client("bedrock").create_custom_model_deployment(
        modelDeploymentName=name, modelArn=case.model_arn,
        tags=[{"key": key, "value": value} for key, value in labels.items()],
    )  # fmt: skip
    case.simulator.advance(2000)
    return str(made["customModelDeploymentArn"])


def test_an_orphan_of_a_namesake_is_told_and_left(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two folders called `shop` in one account: only --others takes the colleague's."""
    arn = bobs_deployment(case)
    real(case, monkeypatch)
    (model,) = case.ledger.alive()
    case.ledger.gone(model, "its entry is of a simulated AWS")
    words = ("cleanup", "--all", "--region", "us-east-1")
    _, said = run(capsys, *words, "--dry-run")
    assert [one["kind"] for one in said["things"]] == []
    assert any(BOB in note for note in said["notes"])
    _, said = run(capsys, *words, "--dry-run", "--others")
    assert arn in [one["arn"] for one in said["things"]]


def test_after_a_rehearsal_aws_is_still_asked(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost ledger: --region means AWS also where the project has a simulated AWS."""
    bobs_deployment(case, by=owner(str(case.root)))
    real(case, monkeypatch)
    monkeypatch.setenv("RUNNER_SIMULATOR", case.simulator.url)
    monkeypatch.setenv("RUNNER_STATE", str(case.root.parent / "lost"))
    _, said = run(capsys, "cleanup", "--all", "--region", "us-east-1", "--dry-run")
    assert {one["simulated"] for one in said["things"]} == {True, False}


def test_what_a_run_has_found_of_a_colleague_stays(case: Case, capsys: Shown) -> None:
    """The same recipe and data make the same names: the model in our ledger is theirs by its tag."""
    (model,) = case.ledger.alive()
    case.simulator.client("bedrock").tag_resource(
        resourceARN=case.model_arn, tags=[{"key": "runner:owner", "value": BOB}]
    )
    case.ledger.gone(model, "to be written with its owner")
    ours = replace(model, tags={**model.tags, "runner:owner": owner(str(case.root))}, state="intended")
    case.ledger.made(case.ledger.intend(ours), case.model_arn)
    code, said = run(capsys, "cleanup", str(case.recipe), "--yes")
    assert (code, said["things"][0]["outcome"]) == (1, "kept")
    assert BOB in said["things"][0]["why"]
    assert run(capsys, "cleanup", str(case.recipe), "--yes", "--others")[0] == 0
    assert case.simulator.world.find("custom-model") == []


def test_others_does_not_mean_anybodys(case: Case, capsys: Shown) -> None:
    """What no runner has made is never deleted."""
    case.simulator.client("bedrock").create_custom_model_deployment(
        modelDeploymentName="foreign", modelArn=case.model_arn
    )
    case.simulator.advance(2000)
    case.ledger.intend(Entry("deployment", "foreign", ACCOUNT, "us-east-1", case.simulator.url))
    code, said = run(capsys, "cleanup", "--all", "--others", "--yes")
    outcomes = {one["name"]: one["outcome"] for one in said["things"]}
    assert (code, outcomes["foreign"]) == (1, "kept")


def test_all_is_all_of_this_project(case: Case, capsys: Shown) -> None:
    """The ledger knows the user's other projects; they are counted, not deleted."""
    case.ledger.intend(Entry("deployment", "d", ACCOUNT, "us-east-1", case.simulator.url, project="/other"))
    code, said = run(capsys, "cleanup", "--all", "--yes")
    assert (code, [one["name"] for one in said["things"]]) == (0, [NAME])
    assert "1 more in the ledger" in said["notes"][0]
    assert [row.name for row in case.ledger.alive()] == ["d"]


def test_a_teams_ledger_holds_others_things_too(tmp_path: Path) -> None:
    """Two machines with the same folder share one ledger: each deletes its own."""
    shop = str(tmp_path)
    mine, theirs = (
        Entry("deployment", name, ACCOUNT, "us-east-1", project=shop, recipe="r", tags={"runner:owner": who})
        for name, who in (("mine", owner(shop)), ("theirs", BOB))
    )

    class Shared:
        place = "s3://team/ledger"

        def read(self, work: Any) -> Any:  # noqa: ARG002 - the rows are given
            return [mine, theirs]

    ledger = Ledger(Shared())  # type: ignore[arg-type]
    (tmp_path / "r.yaml").write_text("name: r\n")
    assert choosing.of_project(ledger, tmp_path) == [mine]
    assert choosing.of_recipe(ledger, tmp_path / "r.yaml", tmp_path) == [mine]
    assert choosing.of_recipe(ledger, tmp_path / "r.yaml", tmp_path, others=True) == [mine, theirs]


@pytest.mark.usefixtures("case")
def test_another_account_cannot_say_that_it_is_gone(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is over by the clock, and these credentials are of another account: it stays in the list."""
    real(case, monkeypatch)
    far = Entry(
        "provisioned-throughput", "t", "999999999999", "us-east-1", usd="60.5", per="hour",
        expires="2020-01-01T00:00:00Z",
    )  # fmt: skip
    case.ledger.intend(far)
    code, said = run(capsys, "status")
    assert code == 0
    assert [one["name"] for one in said["alive"] if one["account"] == "999999999999"] == ["t"]
    assert any("account 999999999999" in note for note in said["notes"])


def test_a_model_of_another_account_is_not_leased_here(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_PROFILE points elsewhere: nothing is made there, not even the schedule."""
    real(case, monkeypatch)
    job = RunFolder(case.run).job() or {}
    job["details"]["account"] = "999999999999"
    RunFolder(case.run).write("job.json", job)
    code, said = run(capsys, "deploy", str(case.recipe), "--no-wait")
    assert (code, "AWS_PROFILE" in said["fix"]) == (1, True)
    assert "CreateSchedule" not in case.simulator.calls


@pytest.mark.parametrize("file", ["job.json", "plan.json"])
def test_a_job_file_that_came_with_a_pull_request_is_not_acted_on(
    file: str, case: Case, capsys: Shown
) -> None:
    """It could name any model, or any address to send the questions to. Broken files are said, too."""
    text = (case.run / file).read_text()
    changed = text.replace(case.simulator.url, "http://evil.example") if file == "job.json" else "{"
    (case.run / file).write_text(changed)
    for verb in ("deploy", "import", "evaluate", "invoke"):
        words = [verb, str(case.run), *(["hello"] if verb == "invoke" else [])]
        code, said = run(capsys, *words)
        assert (code, str(case.run / file) in said["error"]) == (1, True), verb
    assert case.simulator.calls == []


def test_a_plan_of_a_pull_request_names_nobody_elses_things(case: Case, capsys: Shown) -> None:
    """Its fingerprint is another project's; without a job of ours it chooses nothing."""
    stranger = Entry(
        "deployment", "production", ACCOUNT, "us-east-1", case.simulator.url, project="/srv/production",
        fingerprint="cd" * 32,
    )  # fmt: skip
    case.ledger.intend(stranger)
    planted = case.root / "runs" / "x" / "cdcdcdcdcdcd"
    planted.mkdir(parents=True)
    plan = {"fingerprint": "cd" * 32, "recipe": {"name": "tone", "file": "recipes/tone.yaml"}}
    (planted / "plan.json").write_text(json.dumps(plan))
    _, said = run(capsys, "cleanup", str(case.recipe), "--dry-run")
    assert [one["name"] for one in said["things"]] == [NAME]


def test_a_folder_that_is_no_run_is_said(tmp_path: Path, capsys: Shown) -> None:
    """Too near the root to be in a project."""
    from runner.errors import RunnerError
    from runner.hosting.target import root_of

    with pytest.raises(RunnerError, match="no run folder"):
        root_of(RunFolder(Path("/x")))
    assert main(["deploy", str(tmp_path / "nothing")]) == 1
    assert "neither a run folder" in capsys.readouterr().err


def test_a_simulated_aws_that_was_deleted_is_not_made_again(case: Case, capsys: Shown) -> None:
    """The demo's folder is gone, and all that was simulated in it: looking starts no daemon there."""
    folder = case.root.parent / "demo" / "simulator"
    case.ledger.intend(
        Entry("deployment", "d", ACCOUNT, "us-east-1", str(folder), expires="2020-01-01T00:00:00Z")
    )
    _, said = run(capsys, "status")
    assert [one["name"] for one in said["alive"]] == [NAME]
    assert not folder.exists()


def test_a_killed_jobs_money_is_given_back(case: Case) -> None:
    """Nothing was made, only reserved: `cleanup RECIPE`, which the budget's message names, frees it."""
    from decimal import Decimal

    for row in case.ledger.alive():
        case.ledger.gone(row, "not of this test")
    case.ledger.reserve(
        job="j", project=str(case.root), recipe="tone", sweep="", usd=Decimal(5), max_usd=None,
        max_usd_per_sweep=None, account=ACCOUNT, region="us-east-1", simulator="",
    )  # fmt: skip
    assert main(["cleanup", str(case.recipe), "--yes"]) == 0
    assert [one.state for one in open_ledger().reservations()] == ["released"]


def test_an_owner_is_legal_and_apart() -> None:
    """Long folders that begin alike stay two; nothing that AWS refuses is in it."""
    one, two = (owner("/home/ボブ/" + "x" * 300 + end) for end in "ab")
    assert one != two
    assert len(one) <= 256
    assert legal("a|b") == "a_b"
