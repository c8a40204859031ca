"""The trainer's process: same bits every time, whatever interrupts it; one at a time; readable failures."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from training.cases import Case, rows

from runner.errors import RunnerError
from runner.local.trainer import is_training

pytestmark = pytest.mark.slow


def wait_for_steps(case: Case, parent: subprocess.Popen[str], steps: int) -> None:
    """Wait until the trainer has done this many steps; a generous limit, for the machine may be busy."""
    deadline = time.monotonic() + 300
    while len(case.lines("train")) < steps:
        if parent.poll() is not None or time.monotonic() > deadline:
            parent.kill()
            output = parent.communicate()
            pytest.fail(f"no step {steps}: {output} {case.run.read('job.json')}")
        time.sleep(0.02)


def trainer_pid(case: Case) -> int:
    """The trainer at work."""
    return int((case.run.path / ".trainer.lock").read_text())


def test_a_training_leaves_everything_it_promises(completed: Case) -> None:
    """Losses fall; metrics, tables, adapter, merged model and the manifest of the bits are there."""
    metrics = completed.executor.collect(completed.submit(), completed.run)
    assert metrics["validation_loss_after"] < metrics["validation_loss_before"]
    assert metrics["records"] == 24
    assert metrics["steps"] == 12 == len(completed.lines("train"))
    assert [line["step"] for line in completed.lines("validation")] == [0, 6, 12]
    assert len(metrics["samples"]) == 2
    assert metrics["samples"][0]["reference"] == completed.validation[0]["completion"]
    artifacts = completed.run.path / "artifacts"
    table = (artifacts / "training_artifacts" / "step_wise_training_metrics.csv").read_text().splitlines()
    assert table[0] == "step_number,epoch_number,training_loss,perplexity"
    assert [row.split(",")[:2] for row in (table[1], table[-1])] == [["0", "1"], ["11", "2"]]
    validation = (
        artifacts / "validation_artifacts/post_fine_tuning_validation/validation/validation_metrics.csv"
    )
    assert [row.split(",")[:2] for row in validation.read_text().splitlines()[1:]] == [
        ["6", "1"],
        ["12", "2"],
    ]
    manifest = json.loads((artifacts / "training.json").read_text())
    assert manifest["records"] == {"train": 24, "validation": 6}
    for name in (
        "seed",
        "threads",
        "precision",
        "micro_batch_tokens",
        "attention",
        "cpu",
        "versions",
        "base",
    ):
        assert name in manifest["settings"]
    assert not (completed.run.path / "checkpoint.pt").exists()
    assert (completed.run.path / "trainer.log").read_text() == ""


def test_running_again_trains_nothing(completed: Case) -> None:
    """A completed run is returned as it is."""
    file = completed.run.path / "artifacts" / "adapter" / "adapter_model.safetensors"
    before = file.stat().st_mtime_ns
    assert completed.submit().state == "Completed"
    assert file.stat().st_mtime_ns == before


def test_the_same_job_elsewhere_gives_the_same_bits(completed: Case, case: Case) -> None:
    """Another folder, another time, the same adapter and the same merged model."""
    assert case.submit().state == "Completed"
    assert case.adapter == completed.adapter
    merged = [c.run.path / "artifacts" / "merged" / "model.safetensors" for c in (case, completed)]
    assert merged[0].read_bytes() == merged[1].read_bytes()


def test_a_killed_trainer_resumes_to_the_same_bits(completed: Case, case: Case) -> None:
    """kill -9 in both epochs, between checkpoints: the result is that of an uninterrupted run."""
    case.options["checkpoint_steps"] = 2
    for steps in (3, 9):
        parent = case.start()
        wait_for_steps(case, parent, steps)
        os.kill(trainer_pid(case), signal.SIGKILL)
        output, _ = parent.communicate(timeout=60)
        assert output.strip() == "Failed"
        assert "signal 9" in (case.run.job() or {})["failure"]
        assert (case.run.path / "checkpoint.pt").exists()
    assert case.submit().state == "Completed"
    assert case.adapter == completed.adapter
    assert [line["step"] for line in case.lines("train")] == list(range(1, 13))
    strip = [{k: v for k, v in line.items() if k != "seconds"} for line in case.lines("train")]
    assert strip == [{k: v for k, v in line.items() if k != "seconds"} for line in completed.lines("train")]


def test_ctrl_c_saves_a_checkpoint_and_run_resumes(completed: Case, case: Case) -> None:
    """SIGINT ends with 130 and a sentence; the next run goes on to the same bits."""
    case.options["checkpoint_steps"] = 1000
    parent = case.start()
    wait_for_steps(case, parent, 2)
    parent.send_signal(signal.SIGINT)
    output, _ = parent.communicate(timeout=60)
    assert parent.returncode == 130
    assert "resumes it" in output
    assert (case.run.job() or {})["state"] == "Stopped"
    assert (case.run.path / "checkpoint.pt").exists()
    assert case.submit().state == "Completed"
    assert "resuming after step" in (case.run.path / "events.jsonl").read_text()
    assert case.adapter == completed.adapter


def test_a_trainer_ends_when_its_parent_is_killed(completed: Case, case: Case) -> None:
    """kill -9 of the command: the trainer saves and ends by itself, and a new run takes over."""
    case.options["checkpoint_steps"] = 1000
    parent = case.start()
    wait_for_steps(case, parent, 2)
    parent.kill()
    parent.communicate()
    assert case.submit().state == "Completed"
    assert "resuming after step" in (case.run.path / "events.jsonl").read_text()
    assert case.adapter == completed.adapter


def test_only_one_trainer_works_on_a_run_folder(case: Case) -> None:
    """A second run is refused while the first one lives; `cancel` ends it with a checkpoint."""
    parent = case.start()
    wait_for_steps(case, parent, 1)
    with pytest.raises(RunnerError, match="another process is training"):
        case.submit()
    job = case.executor.cancel(case.executor.refresh(_job(case), case.run), case.run)
    assert job.state == "Stopping"
    assert parent.communicate(timeout=60)[0].strip() == "Stopped"
    assert not is_training(case.run)
    assert (case.run.path / "checkpoint.pt").exists()


def test_a_record_longer_than_the_base_takes_is_named(make_case: Callable[..., Case]) -> None:
    """Nothing is truncated: the job fails with the record's name and its length."""
    long = {"prompt": "p", "completion": "x" * 3000}
    job = make_case(train=[*rows(3), long]).submit()
    assert job.state == "Failed"
    assert "train.jsonl:4 (30" in job.failure
    assert "2048 tokens" in job.failure
    assert "trainer.log" in job.failure


def test_the_record_count_must_be_that_of_the_plan(case: Case) -> None:
    """A file with other records than planned is refused."""
    plan = case.plan
    plan.data["dataset"]["train_records"] = 25
    from runner.progress import Progress

    job = case.executor.submit(plan, case.run, Progress(quiet=True))
    assert job.state == "Failed"
    assert "holds 24 records, but the plan was made for 25" in job.failure


def test_early_stopping_ends_early_and_keeps_the_best(make_case: Callable[..., Case]) -> None:
    """With a threshold that no epoch reaches, the first epoch is the last."""
    hyperparameters = {
        "epochCount": 5,
        "batchSize": 8,
        "earlyStoppingPatience": 1,
        "earlyStoppingThreshold": 9.0,
    }
    case = make_case(hyperparameters=hyperparameters)
    assert case.submit().state == "Completed"
    metrics = case.run.read("metrics.json")
    assert metrics["steps"] == metrics["stopped_early_at_step"] == 3
    losses = [line["validation_loss"] for line in case.lines("validation")]
    assert metrics["validation_loss_after"] == min(losses[1:])


def test_all_weights_can_be_trained_on_plain_text_without_validation(make_case: Callable[..., Case]) -> None:
    """Continued pre-training of all weights: no adapter, a merged model, no invented figures."""
    texts = [{"input": f"吾輩は猫である。{n}" * 3} for n in range(8)]
    case = make_case(
        train=texts,
        validation=[],
        method="continued_pre_training",
        format="input_text",
        options={"adapter": "full"},
    )
    assert case.submit().state == "Completed"
    metrics = case.run.read("metrics.json")
    assert metrics["training_loss_last"] < metrics["training_loss_first"]
    assert metrics["validation_loss_before"] is None
    assert metrics["chrf_after"] is None
    assert any("no validation file" in note for note in metrics["notes"])
    assert not (case.run.path / "artifacts" / "adapter").exists()
    assert (case.run.path / "artifacts" / "merged" / "model.safetensors").exists()


def test_a_hub_that_cannot_be_reached_is_one_sentence(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, and what to do instead."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    job = case.submit(base=f"someone/model@{'a' * 40}")
    assert job.state == "Failed"
    assert "the base someone/model could not be fetched" in job.failure
    assert "executor.base=DIR" in job.failure


def test_the_quick_layer_is_as_repeatable(make_case: Callable[..., Case], tmp_path: Path) -> None:
    """Without dropout LoRA runs as one operation: killed and resumed, still the same bits."""
    whole = make_case(root=tmp_path / "whole", options={"dropout": 0.0})
    broken = make_case(root=tmp_path / "broken", options={"dropout": 0.0, "checkpoint_steps": 2})
    assert whole.submit().state == "Completed"
    parent = broken.start()
    wait_for_steps(broken, parent, 5)
    os.kill(trainer_pid(broken), signal.SIGKILL)
    parent.communicate(timeout=60)
    assert broken.submit().state == "Completed"
    assert broken.adapter == whole.adapter


def test_the_working_directory_is_not_imported_from(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file called torch.py in a recipe's repository is not run."""
    (tmp_path / "torch.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path)
    case.train, case.hyperparameters = rows(2), {"epochCount": 1}
    assert case.submit().state == "Completed"


def _job(case: Case) -> object:
    from runner.job import Job

    return Job(**(case.run.job() or {}))
