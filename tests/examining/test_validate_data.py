"""`runner validate --data` as a user calls it: output in each format, exit codes, files on disk and on S3."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from examining.rows import good, line, written

from runner.cli import main

if TYPE_CHECKING:
    from runner.simulator.running import Simulator

LLAMA = ("--model", "meta.llama3-1-8b-instruct-v1:0:128k", "--method", "fine_tuning")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """120 rows, of which seven have an empty answer."""
    rows = good("prompt_completion")
    for record in rows[10:17]:
        record["completion"] = ""
    return written(tmp_path / "train.jsonl", [line(record) for record in rows])


def called(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    code = main(["validate", *words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The documented keys; what is not shown is counted."""
    code, out, _ = called(capsys, "--data", str(file), *LLAMA, "--format", "json")
    data: dict[str, Any] = json.loads(out)
    assert code == 2
    assert data["summary"] == {"accepted": False, "records": 120, "errors": 7, "warnings": 1}
    shown = [found for found in data["findings"] if found["code"] == "D215"]
    assert [found["line"] for found in shown] == [11, 12, 13, 14, 15]
    expected = ["code", "severity", "file", "line", "path", "message", "hint", "source"]
    assert list(shown[0]) == expected
    assert (shown[0]["path"], shown[0]["file"]) == ("$.completion", str(file))
    assert shown[0]["source"].startswith("Bedrock user guide")


def test_text(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each with its fix, then how many more there are, then the verdict."""
    code, out, err = called(capsys, "--data", str(file), *LLAMA, "--show", "2")
    assert (code, out) == (2, "")
    assert f"{file}:11: $.completion: the text is empty [D215]\n    fix: " in err
    assert f"{file}: 5 more [D215]\n" in err
    assert err.endswith("refused: 120 records, 7 errors, 1 warning\n")


def test_github(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Annotations at file and line."""
    code, out, _ = called(capsys, "--data", str(file), *LLAMA, "--format", "github")
    assert code == 2
    assert f"::error file={file},line=11,title=D215::" in out


def test_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and the verdict on stdout."""
    rows = [line(record) for record in good("prompt_completion")]
    train, validation = written(tmp_path / "t.jsonl", rows[:100]), written(tmp_path / "v.jsonl", rows[100:])
    code, out, err = called(capsys, "--data", str(train), "--validation", str(validation), *LLAMA)
    assert (code, err) == (0, "")
    assert out.endswith("accepted: 120 records, 0 errors, 1 warning\n")
    code, out, _ = called(capsys, *LLAMA, "--split", "validation", "--data", str(validation))
    assert (code, out.splitlines()[-1]) == (0, "accepted: 20 records, 0 errors, 1 warning")


def test_patterns_and_several_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pattern that the shell leaves alone, and several words behind one --data."""
    rows = [line(record) for record in good("prompt_completion")]
    one, two = written(tmp_path / "a.jsonl", rows[:60]), written(tmp_path / "b.jsonl", rows[60:])
    for words in ([str(tmp_path / "*.jsonl")], [str(one), str(two)], [str(one), "--data", str(two)]):
        code, out, _ = called(capsys, "--data", *words, *LLAMA)
        assert (code, out.splitlines()[-1]) == (0, "accepted: 120 records, 0 errors, 1 warning")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "none.jsonl", *LLAMA], "none.jsonl does not exist"),
        (["--data", "*.none", *LLAMA], "*.none names no file"),
        (["--data", ".", *LLAMA], ". is a folder"),
        (["--data", "x.jsonl", "--model", "nova-lite"], "--data needs --method"),
        (["--data", "x.jsonl", "--method", "fine_tuning"], "--data needs --model"),
        (["--data", "x.jsonl", "--model", "nova-lite", "--method", "finetuning"], "no method 'finetuning'"),
        (
            ["--data", "x.jsonl", "--model", "novalite", "--method", "fine_tuning"],
            "knows the model 'novalite'",
        ),
        (["recipe.yaml", "--data", "x.jsonl", *LLAMA], "'recipe.yaml' stands beside --data"),
        (["--model", "nova-lite"], "judge training files, and none is named"),
        ([], "name a recipe, or data with --data"),
        (["--data", "broken.jsonl.gz", *LLAMA], "is damaged"),
        (["--data", "pipe", *LLAMA], "pipe is not a regular file"),
    ],
)
def test_wrong_calls(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is missing, a folder, an unknown model or method: one clear error and exit code 1."""
    (tmp_path / "broken.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03 no deflate data")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    code, out, err = called(capsys, *words)
    assert (code, out) == (1, "")
    assert message in err
    assert "fix: " in err or "does not exist" in err


def test_an_empty_file_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is there, and nothing is in it."""
    code, _, err = called(capsys, "--data", str(written(tmp_path / "t.jsonl", [])), *LLAMA)
    assert code == 2
    assert "the file is empty [D200]" in err


def test_s3(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Objects are judged under their URI; a key that the model refuses is an error there."""
    for name, value in (
        ("AWS_ENDPOINT_URL", simulator.url),
        ("AWS_ACCESS_KEY_ID", "dummy"), ("AWS_SECRET_ACCESS_KEY", "dummy"),
        ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_EC2_METADATA_DISABLED", "true"),
        ("RUNNER_CACHE", str(tmp_path / "cache")),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    client = simulator.client("s3")
    client.create_bucket(Bucket="training-data")
    body = b"".join(line(record) + b"\n" for record in good("converse"))
    for key in ("nova/train.jsonl", "nova/v=1/train.jsonl"):
        client.put_object(Bucket="training-data", Key=key, Body=body)
    nova = ("--model", "nova-micro", "--method", "fine_tuning")
    code, out, _ = called(capsys, "--data", "s3://training-data/nova/train.jsonl", *nova)
    assert (code, out) == (0, "accepted: 120 records, 0 errors, 0 warnings\n")
    code, _, err = called(capsys, "--data", "s3://training-data/nova/v=1/", *nova)
    assert code == 2
    assert "s3://training-data/nova/v=1/train.jsonl: the name holds '='" in err
    code, _, err = called(capsys, "--data", "s3://training-data/none.jsonl", *nova)
    assert code == 1
    assert "names no object" in err
