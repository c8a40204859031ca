"""The command line at its edges: closed pipes, full disks, odd terminals, folders that cannot be written."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from runner.cli import main, verbs
from runner.progress import Progress

RUNNER = f"{shlex.quote(sys.executable)} -m runner"


def shell(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line as a user types it; `runner` is this one."""
    command = ["bash", "-c", line.replace("runner", RUNNER, 1)]
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=folder, capture_output=True, encoding=encoding, env=env)


@pytest.mark.parametrize("command", ["--help", "models", "models --format json", "schema"])
@pytest.mark.parametrize("reader", ["true", "head -n 1"])
def test_a_reader_that_leaves_is_no_error_to_talk_about(tmp_path: Path, command: str, reader: str) -> None:
    """`| head`: nothing on standard error, whether the pipe breaks early or at exit."""
    assert shell(tmp_path, f"runner {command} | {reader}").stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which is Linux's own")
@pytest.mark.parametrize("command", ["--help", "models", "schema", "nothing --format json"])
def test_a_full_disk_is_one_sentence(tmp_path: Path, command: str) -> None:
    """Also when the text only reaches the disk at the end."""
    done = shell(tmp_path, f"runner {command} > /dev/full")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "error: no space left on device"
    assert len(done.stderr.splitlines()) == 2


def test_a_closed_standard_output_is_fine(tmp_path: Path) -> None:
    """`>&-`, as some schedulers do."""
    done = shell(tmp_path, "runner models >&-")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "latin-1"])
def test_a_terminal_that_lacks_characters_gets_them_escaped(tmp_path: Path, encoding: str) -> None:
    """A Japanese Windows console lacks the en dash, a C locale everything."""
    done = shell(tmp_path, "runner validate レシピ–.yaml", PYTHONIOENCODING=encoding)
    assert done.returncode == 2
    assert r"\u2013.yaml does not exist" in done.stderr


@pytest.mark.parametrize("folder", ["file", "file/below", "/proc/self/nothing"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, folder: str) -> None:
    """What, where and what to do; no traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = shell(tmp_path, f"runner init {folder}")
    assert done.returncode == 1
    first, *rest = done.stderr.splitlines()
    assert first.startswith(f"error: {folder}")
    assert [line.split(":")[0] for line in rest] == ["    fix"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_project_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The place that was refused, not a traceback."""
    shell(tmp_path, "runner init project")
    (tmp_path / "project").chmod(0o555)
    done = shell(tmp_path / "project", "runner build recipes/quickstart.yaml")
    (tmp_path / "project").chmod(0o755)
    assert done.returncode == 1
    assert "permission denied" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", [*verbs(), "bild"])
def test_a_wrong_call_answers_in_json_when_asked(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output parses, whatever went wrong, and holds all there is to say."""
    assert main([verb, "--format", "json", "--nothing"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["exit_code"] == 1
    assert shown.err == ""


@pytest.mark.parametrize("verb", verbs())
def test_every_command_takes_format_and_no_color(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """So that a script may add them to any."""
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "--format" in shown
    assert "--no-color" in shown


def test_a_bar_stays_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that wraps could not be drawn over: it is cut at the terminal's width."""
    written: list[str] = []

    class Terminal:
        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:
            written.append(text)
            return len(text)

        def flush(self) -> None: ...

    monkeypatch.setenv("COLUMNS", "40")
    Progress(stream=Terminal()).show("training", 5, 10, "loss 4.2 and a long remark after it")  # type: ignore[arg-type]
    line = written[0].removeprefix("\r\x1b[2K")
    assert len(line) == 39
    assert line.startswith("[############............] training: 5")


def test_json_stays_json_where_the_terminal_lacks_characters(tmp_path: Path) -> None:
    """Characters beyond the first 65,536 are escaped in pairs, as JSON has it."""
    done = shell(tmp_path, "runner validate 日本😀.yaml --format json", PYTHONIOENCODING="ascii")
    assert "日本😀.yaml" in json.dumps(json.loads(done.stdout), ensure_ascii=False)


@pytest.mark.parametrize(
    "words", ["init ''", "report ''", "build r.yaml -o ''", "validate r.yaml --data-root ''"]
)
def test_an_empty_path_is_not_the_folder_here(tmp_path: Path, words: str) -> None:
    """As from a shell variable that is not set."""
    done = shell(tmp_path, f"runner {words}")
    assert done.returncode == 1
    assert "the path is empty" in done.stderr
    assert list(tmp_path.iterdir()) == []
