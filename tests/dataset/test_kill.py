"""Builds that are killed, interrupted or started twice: real processes, real signals."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_recipe import qa, write_rows

SCRIPT = Path(__file__).with_name("killed_build.py")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 8 MB: several shards."""
    root = tmp_path_factory.mktemp("data")
    return write_rows(root / "data/big.jsonl", (qa(n, f"{n}番の長い質問です。" * 30) for n in range(7000)))


@pytest.fixture
def root(data: Path, tmp_path: Path) -> Path:
    """A fresh project folder with the data."""
    (tmp_path / "data").mkdir()
    os.link(data, tmp_path / "data/big.jsonl")
    return tmp_path


@pytest.fixture(scope="module")
def expected(data: Path) -> Iterator[dict[str, str]]:
    """The files of a build that nobody disturbed."""
    yield contents(finished(started(data.parent.parent, 1)))
    shutil.rmtree(data.parent.parent / ".runner")


def started(root: Path, workers: int) -> subprocess.Popen[str]:
    """A build in a session of its own."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(root), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(process: subprocess.Popen[str]) -> Path:
    """The folder of the dataset."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return Path(out.strip())


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def members(session: int) -> list[int]:
    """The live processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def working(process: subprocess.Popen[str]) -> None:
    """Wait until worker processes are there, or the build is over."""
    while process.poll() is None and len(members(process.pid)) < 3:
        time.sleep(0.02)


def eventually_gone(session: int) -> bool:
    """Whether no process of the session is left soon."""
    for _ in range(100):
        if not members(session):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_any_moment_and_run_again(root: Path, expected: dict[str, str], workers: int) -> None:
    """kill -9 of the build, again and again: no orphan, no half dataset, and in the end the same bytes."""
    moments = random.Random(workers)
    for _ in range(4 if workers == 1 else 3):
        process = started(root, workers)
        if workers > 1:
            working(process)
        time.sleep(moments.uniform(0.1, 1.3))
        process.kill()
        process.communicate()
        assert eventually_gone(process.pid)
        done = list(root.glob(".runner/cache/*/datasets/*[0-9a-f]"))
        assert [contents(folder) for folder in done] == [expected] * len(done)
        if done:  # it was too late to kill anything: from the start again
            shutil.rmtree(root / ".runner")
    folder = finished(started(root, workers))
    assert contents(folder) == expected
    assert not list((root / ".runner").rglob("*.part*"))


def test_ctrl_c_ends_every_process(root: Path, expected: dict[str, str]) -> None:
    """An interrupt from the terminal reaches the whole group; nobody stays, and the next build is right."""
    process = started(root, 2)
    working(process)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert eventually_gone(process.pid)
    assert contents(finished(started(root, 2))) == expected


def test_two_builds_of_the_same_at_once(root: Path, expected: dict[str, str]) -> None:
    """Both end well, with one dataset."""
    folders = {finished(process) for process in [started(root, 1) for _ in range(3)]}
    assert len(folders) == 1
    assert contents(folders.pop()) == expected
