"""The trainer's process, seen from outside: started once for a run folder, followed, stopped, found again."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from runner.errors import RunnerError
from runner.job import State
from runner.progress import Progress
from runner.runs import RunFolder

_LOCK = ".trainer.lock"
_RESULT = "trainer_result.json"
LOG = "trainer.log"
_PATIENCE_SECONDS = 120.0
"""How long a new run waits for an orphaned trainer to save its checkpoint and end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the trainer ended: a state of a job, and one sentence if it failed."""

    state: State
    failure: str = ""


def run_trainer(job_file: Path, run: RunFolder, threads: int, steps: int, progress: Progress) -> Ending:
    """Train in a process of its own until it ends.

    Errors: `KeyboardInterrupt`, after the checkpoint; `RunnerError` if another one is at work.
    """
    with _locked(run) as lock:
        (run.path / _RESULT).unlink(missing_ok=True)
        tail = _Tail(run, steps, progress)
        with (run.path / LOG).open("ab") as log:
            process = _start(job_file, threads, lock, log)
        lock.truncate(0)
        lock.write(str(process.pid).encode())
        lock.flush()
        try:
            while process.poll() is None:
                time.sleep(0.1)
                tail.show()
        except KeyboardInterrupt:
            _interrupt(process, run, progress)
        tail.show()
        return _ending(process.returncode, run)


def is_training(run: RunFolder) -> bool:
    """Whether a trainer is at work on this run folder."""
    try:
        with (run.path / _LOCK).open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def stop_trainer(run: RunFolder) -> bool:
    """Ask the trainer of this folder to save a checkpoint and end; False if there is none."""
    if not is_training(run):
        return False
    with contextlib.suppress(ValueError, ProcessLookupError):
        os.kill(int((run.path / _LOCK).read_text()), signal.SIGTERM)
    return True


def _start(job_file: Path, threads: int, lock: IO[bytes], log: IO[bytes]) -> subprocess.Popen[bytes]:
    here = str(Path(__file__).parent.parent.parent)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", "")))),
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": str(threads),
        # Waiting threads must sleep: on a busy machine spinning makes training three times slower (measured),
        # on an idle one sleeping costs next to nothing.
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    }
    return subprocess.Popen(
        # -P: the working directory may be anybody's repository; nothing is imported from there.
        [sys.executable, "-P", "-m", "runner.training", str(job_file), str(os.getpid())],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        # The trainer holds the lock too: it stays locked while an orphan is still saving.
        pass_fds=(lock.fileno(),),
        # Ctrl-C reaches this process only, which then asks the trainer to stop.
        start_new_session=True,
    )


@contextlib.contextmanager
def _locked(run: RunFolder) -> Iterator[IO[bytes]]:
    """The folder's lock. The system frees it with the last process that holds it, however that one dies."""
    with (run.path / _LOCK).open("ab") as handle:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline or _watched(run):
                    raise RunnerError(
                        f"another process is training in {run.path}", fix="wait for it, or stop it first"
                    ) from None
                time.sleep(0.2)
        yield handle


def _watched(run: RunFolder) -> bool:
    """Whether the trainer at work lives, and so does the process that started it.

    One that has lost it ends by itself, one that is gone has just freed the lock: both are waited for.
    """
    try:
        pid = int((run.path / _LOCK).read_text())
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        wanted = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2]
    except (OSError, ValueError, IndexError):
        return False
    return str(parent).encode() == wanted


def _interrupt(process: subprocess.Popen[bytes], run: RunFolder, progress: Progress) -> None:
    """Let the trainer save its state; a second Ctrl-C ends it at once."""
    progress.say("stopping: the trainer saves a checkpoint (Ctrl-C again to stop at once)")
    process.terminate()
    try:
        process.wait()
    except KeyboardInterrupt:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise KeyboardInterrupt(f"nothing is lost; the same `runner run` resumes it ({run.path})")


def _ending(code: int, run: RunFolder) -> Ending:
    result = run.read(_RESULT)
    log = run.path / LOG
    if result is None:
        return Ending("Failed", f"{_died(code)} (log: {log})")
    if result["state"] == "Failed":
        fix = f"; {result['fix']}" if result["fix"] else ""
        return Ending("Failed", f"{result['failure']}{fix} (log: {log})")
    return Ending(result["state"])


def _died(code: int) -> str:
    if code == -signal.SIGKILL:
        return (
            "the trainer was killed (signal 9), which is how a system ends a process when memory runs out; "
            "smaller executor.micro_batch_tokens or hyperparameters.batchSize need less"
        )
    return (
        f"the trainer died of {signal.Signals(-code).name}"
        if code < 0
        else f"the trainer ended with code {code}"
    )


class _Tail:
    """Shows what the trainer writes into `metrics.jsonl` and `events.jsonl` while it works."""

    def __init__(self, run: RunFolder, steps: int, progress: Progress) -> None:
        self._files = {name: run.path / name for name in ("events.jsonl", "metrics.jsonl")}
        self._read = {name: path.stat().st_size if path.exists() else 0 for name, path in self._files.items()}
        self._steps, self._progress = steps, progress

    def show(self) -> None:
        """Show every whole line that is new."""
        for name, path in self._files.items():
            for line in self._new_lines(name, path):
                self._show(line)

    def _new_lines(self, name: str, path: Path) -> list[Mapping[str, Any]]:
        if not path.exists():
            return []
        # A resumed training cuts off the lines after its checkpoint.
        start = min(self._read[name], path.stat().st_size)
        with path.open("rb") as handle:
            handle.seek(start)
            whole = handle.read().rpartition(b"\n")[0]
        self._read[name] = start + (len(whole) + 1 if whole else 0)
        return [json.loads(line) for line in whole.splitlines() if line.startswith(b"{")]

    def _show(self, line: Mapping[str, Any]) -> None:
        if line.get("event") == "trainer":
            self._progress.say(line["text"])
        elif line.get("kind") == "validation":
            self._progress.say(f"validation loss after epoch {line['epoch']}: {line['validation_loss']:.3f}")
        elif line.get("kind") == "train":
            self._progress.show("training", line["step"], self._steps, f"loss {line['training_loss']:.3f}")
