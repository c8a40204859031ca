"""`runner import`: checked, uploaded once, imported once, in the ledger with its price."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hosting.cases import Case

from runner.cli import main
from runner.runs import RunFolder

Shown = pytest.CaptureFixture[str]


def weights(values: int = 4) -> bytes:
    """A safetensors file of one small tensor."""
    header = {"w": {"dtype": "BF16", "shape": [values], "data_offsets": [0, 2 * values]}}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(2 * values)


@pytest.fixture
def merged(case: Case) -> Path:
    """A run of the local executor with a merged model that can be imported."""
    run = RunFolder(case.run)
    run.write("job.json", {"name": "tone", "executor": "local", "state": "Completed", "details": {}})
    folder = case.run / "artifacts" / "merged"
    folder.mkdir(parents=True)
    config = {"architectures": ["LlamaForCausalLM"], "max_position_embeddings": 2048, "rope_theta": 10000.0}
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": "{{ messages }}"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights())
    for row in case.ledger.alive():
        case.ledger.gone(row, "not of this test")
    return folder


@pytest.fixture(autouse=True)
def quick(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated clock runs, so that jobs end, and this is the project's simulated AWS."""
    case.simulator.world.run_at(5000)
    monkeypatch.setenv("RUNNER_SIMULATOR", case.simulator.url)


def bring(case: Case, capsys: Shown, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of the command."""
    place = ["--simulate", "--region", "us-east-1", "--format", "json"]
    code = main(["import", str(case.recipe), *place, *words])
    shown = capsys.readouterr()
    assert shown.out, shown.err
    return code, json.loads(shown.out)


@pytest.mark.usefixtures("merged")
def test_a_merged_model_becomes_an_imported_one(case: Case, capsys: Shown) -> None:
    """With its price by the month in the ledger, and it answers by its own ARN, marked as simulated."""
    code, said = bring(case, capsys)
    assert code == 0, said
    assert (said["architecture"], said["usd_per_month"], said["simulated"]) == (
        "LlamaForCausalLM",
        "1.95",
        True,
    )
    alive = {row.kind: (row.state, row.usd, row.per) for row in case.ledger.alive()}
    assert alive == {"training-data": ("made", None, None), "imported-model": ("made", "1.95", "month")}
    assert main(["invoke", str(case.recipe), "good day", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["answer"], answer["simulated"]) == ("[synthetic] day good", True)


@pytest.mark.usefixtures("merged")
def test_again_is_the_same_model(case: Case, capsys: Shown) -> None:
    """One job, one upload of each file, one model."""
    first, second = bring(case, capsys)[1], bring(case, capsys)[1]
    assert first["model"] == second["model"]
    assert case.simulator.calls.count("CreateModelImportJob") == 1
    assert case.simulator.calls.count("PutObject") == 4


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize(
    "kind",
    ["commit then drop", *(pytest.param(each, marks=pytest.mark.slow) for each in ("truncated", "5xx"))],
)
def test_a_lost_reply_makes_no_second_job(kind: str, case: Case, capsys: Shown) -> None:
    """The repeated call carries the token of the first, and the name of the job is looked up."""
    case.simulator.fault("CreateModelImportJob", kind)
    code, said = bring(case, capsys)
    if code:
        code, said = bring(case, capsys)
    assert code == 0, said
    assert len(case.simulator.world.find("import-job")) == 1
    assert len(case.simulator.world.find("imported-model")) == 1


def test_a_failed_job_does_not_take_the_name_for_ever(case: Case, merged: Path, capsys: Shown) -> None:
    """AWS keeps the names of jobs that have ended: the next one has a number."""
    aside = case.simulator.world
    aside.run_at(0)
    data = merged / "tokenizer.json"
    kept = data.read_bytes()
    aside.set(import_seconds=0)
    from runner.simulator.fixture import fixture

    allowed = fixture("hosting")["import_architectures"]
    name = allowed.pop("LlamaForCausalLM")
    code, said = bring(case, capsys)
    allowed["LlamaForCausalLM"] = name
    assert (code, "not supported" in said["error"]) == (5, True)
    assert not [row for row in case.ledger.alive() if row.kind != "training-data"]
    assert bring(case, capsys)[0] == 0
    assert [job["name"][-8:] for job in aside.find("import-job")] == ["b-import", "import-2"]
    assert data.read_bytes() == kept


def test_cleanup_deletes_the_model_and_its_files(case: Case, merged: Path, capsys: Shown) -> None:
    """And after it, the import makes a new one: nothing stands in the way."""
    bring(case, capsys)
    assert main(["cleanup", str(case.recipe), "--yes", "--format", "json"]) == 0
    capsys.readouterr()
    assert case.simulator.world.find("imported-model") == []
    assert case.simulator.client("s3").list_objects_v2(Bucket="simulated-imports")["KeyCount"] == 0
    assert (bring(case, capsys)[0], merged.is_dir()) == (0, True)


def test_everything_that_stands_in_the_way_is_said_at_once(case: Case, merged: Path, capsys: Shown) -> None:
    """Region, architecture, positions, tokenizer, half a file, a missing one: before anything is sent."""
    config = json.loads((merged / "config.json").read_text())
    config |= {
        "architectures": ["Gemma3ForCausalLM"],
        "max_position_embeddings": 131073,
        "rope_parameters": {},
    }
    (merged / "config.json").write_text(json.dumps(config))
    (merged / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "TokenizersBackend"}))
    (merged / "tokenizer.json").unlink()
    (merged / "model.safetensors").write_bytes(weights()[:-1])
    code, said = bring(case, capsys, "--region", "eu-west-1")
    assert code == 1
    for words in (
        "eu-west-1",
        "Gemma3",
        "131,073",
        "rope_parameters",
        "TokenizersBackend",
        "tokenizer.json is",
    ):
        assert words in said["error"]
    assert "its header says" in said["error"]
    assert case.simulator.calls == []


@pytest.mark.usefixtures("merged")
def test_a_dry_run_sends_nothing(case: Case, capsys: Shown) -> None:
    """It checks, and shows the price."""
    assert main(["import", str(case.recipe), "--region", "us-east-1", "--dry-run"]) == 0
    assert "0.05718 USD by custom model unit x minute" in capsys.readouterr().out
    assert case.simulator.calls == []


@pytest.mark.usefixtures("merged")
def test_a_role_and_a_bucket_are_needed_on_aws(
    case: Case, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named by their options; on the simulated AWS they are made."""
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", case.simulator.url)
    assert main(["import", str(case.recipe), "--region", "us-east-1"]) == 1
    assert "--yes" in capsys.readouterr().err
    assert main(["import", str(case.recipe), "--region", "us-east-1", "--yes"]) == 1
    assert "--role and --bucket must be given" in capsys.readouterr().err
