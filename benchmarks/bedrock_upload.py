"""Our upload beside plain `upload_file` of boto3: the same bytes, the same server, the same run, in turns.

`python benchmarks/bedrock_upload.py` starts SeaweedFS, which checks signatures and checksums, on loopback.
The plain transfer is what `aws s3 cp` does (s3transfer, parts of 8 MiB, 10 threads). Ours looks first,
writes only where nothing lies, can go on after a kill, and holds the stored checksum against the file at
the end. Two lines are measured: the loopback itself, where processors are the limit, and one like a real
way to S3, where each connection takes so many bytes a second and each request waits. `hashing` is what
naming the file by its content costs, which the dataset build has done before; it is in neither rate.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests"))

from bedrock_s3.fault_proxy import proxied  # type: ignore[import-not-found] # noqa: E402
from ledger import seaweed  # type: ignore[import-not-found] # noqa: E402

from runner.bedrock.places import Place  # noqa: E402
from runner.bedrock.upload import Vault, upload  # noqa: E402

BUCKET = "benchmark"
TARGET = 0.9
SLOW = {"bytes_per_second": 8 << 20, "delay_seconds": 0.05}
Send = Callable[[Any, Path, str, str], object]


@dataclass(frozen=True, slots=True)
class Sent:
    """One upload: how long it took, and what it cost this process (the server's work is not in it)."""

    wall_seconds: float
    cpu_seconds: float


def ours(client: Any, file: Path, key: str, sha256: str) -> object:
    """As the bedrock executor does it."""
    return upload(Vault(client), file, Place(BUCKET, key), sha256)


def plain(client: Any, file: Path, key: str, sha256: str) -> object:  # noqa: ARG001
    """As a script does it that has no more than boto3."""
    return client.upload_file(str(file), BUCKET, key)


WAYS: dict[str, Send] = {"runner": ours, "upload_file": plain}


def timed(send: Send, client: Any, file: Path, key: str, sha256: str) -> Sent:
    """One upload to a key of its own, taken away afterwards."""
    wall, cpu = time.perf_counter(), time.process_time()
    send(client, file, key, sha256)
    spent = Sent(time.perf_counter() - wall, time.process_time() - cpu)
    if client.head_object(Bucket=BUCKET, Key=key)["ContentLength"] != file.stat().st_size:
        raise SystemExit(f"{key} is not whole")
    client.delete_object(Bucket=BUCKET, Key=key)
    return spent


def in_turns(address: str, file: Path, sha256: str, rounds: int) -> dict[str, list[Sent]]:
    """Each way so many times, each first as often as second; one round before is not counted."""
    client = seaweed.client(address)
    found: dict[str, list[Sent]] = {name: [] for name in WAYS}
    for turn in range(rounds + 1):
        for name in WAYS if turn % 2 else reversed(WAYS):
            sent = timed(WAYS[name], client, file, f"{turn}/{name}/{sha256}.jsonl", sha256)
            if turn:
                found[name].append(sent)
    return found


@contextmanager
def slow_line(address: str) -> Iterator[str]:
    """A proxy in a process of its own: what it costs is not ours."""
    mine, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_proxy, args=(address, its), daemon=True)
    process.start()
    try:
        yield mine.recv()
    finally:
        process.terminate()
        process.join()


def _proxy(address: str, pipe: Any) -> None:
    with proxied(address, **SLOW) as line:
        pipe.send(line.address)
        threading.Event().wait()


def show(line: str, found: dict[str, list[Sent]], megabytes: int) -> float:
    """Print one line's table; the ratio of the rates."""
    print(f"\n{line:<32} {'MiB/s: best':>12} {'median':>7} {'CPU s: min':>11} {'median':>7}")
    for name, sent in found.items():
        rates = [megabytes / each.wall_seconds for each in sent]
        cpu = [each.cpu_seconds for each in sent]
        print(f"{name:<32} {max(rates):>12.0f} {median(rates):>7.0f} {min(cpu):>11.2f} {median(cpu):>7.2f}")
    walls = {name: [each.wall_seconds for each in sent] for name, sent in found.items()}
    ratio = median(theirs / our for our, theirs in zip(walls["runner"], walls["upload_file"], strict=True))
    best = min(walls["upload_file"]) / min(walls["runner"])
    print(f"rate, runner / upload_file: {ratio:.2f} (median of the rounds), {best:.2f} (best of each)")
    return ratio


def content(file: Path, megabytes: int) -> tuple[str, float]:
    """Fill a file with random bytes: its SHA-256, and the CPU seconds that took."""
    with file.open("wb") as target:
        for _ in range(megabytes):
            target.write(os.urandom(1 << 20))
    began = time.process_time()
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest(), time.process_time() - began


def main() -> int:
    """Print rates, ratios and CPU; 1 if `--check` is given and the target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="exit code 1 when the target is missed")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        file, data = Path(name) / "train.jsonl", Path(name) / "server"
        data.mkdir()
        sha256, hashing = content(file, args.megabytes)
        print(
            f"{args.megabytes} MiB to SeaweedFS, {args.rounds} rounds in turns; hashing: {hashing:.2f} CPU s"
        )
        with seaweed.serving(data) as address, slow_line(address) as line:
            seaweed.client(address).create_bucket(Bucket=BUCKET)
            near = show("loopback", in_turns(address, file, sha256, args.rounds), args.megabytes)
            rate, wait = SLOW["bytes_per_second"] / (1 << 20), SLOW["delay_seconds"] * 1000
            slow = f"{rate:.0f} MiB/s a connection, {wait:.0f} ms"
            far = show(slow, in_turns(line, file, sha256, 2), args.megabytes)
    print(f"\ntarget: >= {TARGET}")
    return 1 if args.check and min(near, far) < TARGET else 0


if __name__ == "__main__":
    sys.exit(main())
