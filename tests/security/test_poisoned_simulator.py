"""A pull request may force-add a simulated AWS, or links in a run folder: neither is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.bedrock.cloud import simulator_folder
from runner.hosting.search_places import search_places
from runner.runs import RunFolder


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNNER_CACHE", str(tmp_path / "mine"))
    monkeypatch.delenv("RUNNER_SIMULATOR", raising=False)
    (tmp_path / "project" / "recipes").mkdir(parents=True)
    return tmp_path / "project"


def test_nobody_else_can_name_its_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted results and addresses lie elsewhere, whatever they are called."""
    mine = simulator_folder(root)
    assert mine.parent == root / ".runner" / "simulator"
    monkeypatch.setenv("RUNNER_CACHE", str(root.parent / "theirs"))
    assert simulator_folder(root) != mine


def test_a_planted_run_names_no_place_to_call(root: Path) -> None:
    """An address in a job.json that nobody sealed is not asked, and no folder is made."""
    run = root / "runs" / "faq" / "0123456789ab"
    run.mkdir(parents=True)
    details = {"region": "us-east-1", "simulator": "http://198.51.100.1:80"}
    (run / "job.json").write_text(json.dumps({"name": "x", "executor": "bedrock", "details": details}))
    assert search_places(root, (), ()) == []


def test_events_are_never_appended_through_a_link(root: Path) -> None:
    """A line of JSON in a shell's start file would be run by the shell."""
    run = root / "runs" / "faq" / "0123456789ab"
    run.mkdir(parents=True)
    target = root / "profile"
    target.write_text("# mine\n")
    (run / "events.jsonl").symlink_to(target)
    with pytest.raises(OSError, match=r"events\.jsonl"):
        RunFolder(run).log("submit", note="$(echo run)")
    assert target.read_text() == "# mine\n"
