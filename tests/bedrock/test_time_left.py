"""How long a job may still take: by the project's own finished jobs, and never by simulated ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.bedrock.eta import left, usual_seconds


def job(
    root: Path, name: str, minutes: int, *, model: str = "m", simulator: str = "", state: str = "Completed"
) -> None:
    folder = root / "runs" / "r" / name
    folder.mkdir(parents=True)
    ended = f"2026-11-22T{minutes // 60:02}:{minutes % 60:02}:00Z"
    data = {"executor": "bedrock", "state": state, "started": "2026-11-22T00:00:00Z", "ended": ended}
    (folder / "job.json").write_text(json.dumps({**data, "details": {"simulator": simulator}}))
    (folder / "plan.json").write_text(json.dumps({"model": {"id": model}}))


def test_the_median_of_jobs_like_it(tmp_path: Path) -> None:
    """Other models, failed jobs and a simulated clock say nothing."""
    for name, minutes in (("a", 60), ("b", 70), ("c", 200)):
        job(tmp_path, name, minutes)
    job(tmp_path, "other", 1, model="n")
    job(tmp_path, "failed", 2, state="Failed")
    job(tmp_path, "simulated", 3, simulator="/there")
    (tmp_path / "runs" / "r" / "torn").mkdir()
    (tmp_path / "runs" / "r" / "torn" / "job.json").write_text('{"state": "Comp')

    assert usual_seconds(tmp_path, "m") == 70 * 60


def test_a_project_without_a_finished_job_knows_nothing(tmp_path: Path) -> None:
    assert usual_seconds(tmp_path, "m") is None


@pytest.mark.parametrize(
    ("elapsed", "usual", "words"),
    [
        (0, 4800, "about 1 h 20 min left"),
        (4790, 4800, "about 1 min left"),
        (4800, 4800, "longer than"),
        (5, None, "no estimate"),
    ],
)
def test_it_is_said_in_words(elapsed: float, usual: float | None, words: str) -> None:
    assert words in left(elapsed, usual)
