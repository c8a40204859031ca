"""A pull request may force-add caches and run folders: none of it is taken for this user's own work."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from runner.runs import RunFolder
from runner.seal import is_sealed, private_cache, sealed


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setenv("RUNNER_CACHE", str(tmp_path / "mine"))
    (tmp_path / "run").mkdir()
    return RunFolder(tmp_path / "run")


def test_a_job_of_somebody_else_is_as_good_as_none(run: RunFolder) -> None:
    job = {
        "name": "x",
        "state": "Completed",
        "details": {"arn": "arn:aws:bedrock:us-east-1:1:custom-model/x"},
    }
    (run.path / "job.json").write_text(json.dumps(job))

    assert run.job() is None


def test_a_job_of_another_user_is_as_good_as_none(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.write("job.json", {"state": "Completed"})
    assert run.job() == {"state": "Completed"}

    monkeypatch.setenv("RUNNER_CACHE", str(tmp_path / "theirs"))

    assert run.job() is None


def test_one_changed_value_breaks_the_seal(run: RunFolder) -> None:
    run.write("job.json", {"state": "Failed", "details": {"cost": {"usd": "2.5"}}})
    file = run.path / "job.json"

    file.write_text(file.read_text().replace("2.5", "1.5"))

    assert run.job() is None


@pytest.mark.usefixtures("run")
def test_sealing_twice_changes_nothing() -> None:
    once = sealed({"a": 1, "b": ["日本語", None, 1.5]})
    assert sealed(once) == once
    assert is_sealed(json.loads(json.dumps(once)))


@pytest.mark.parametrize("data", [None, [], "text", {}, {"seal": 3}, {"seal": ""}, {"seal": "\udcff"}])
@pytest.mark.usefixtures("run")
def test_other_data_is_not_sealed(data: object) -> None:
    assert not is_sealed(data)


@pytest.mark.usefixtures("run")
def test_the_data_cache_lies_where_nobody_else_can_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = private_cache(tmp_path)
    assert private_cache(tmp_path) == mine

    monkeypatch.setenv("RUNNER_CACHE", str(tmp_path / "theirs"))
    theirs = private_cache(tmp_path)

    assert theirs != mine
    shutil.rmtree(tmp_path / "theirs")
    assert private_cache(tmp_path) != theirs
