"""A simulated AWS inside this process, for tests: address, clock, faults, and what was asked of it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.aws.connection import Connection
from runner.simulator import elsewhere, faults, keeping
from runner.simulator.server import Server
from runner.simulator.world import World

_ALONE = threading.Lock()


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator. Its clock stands still unless `rate` is given; `advance` moves it."""

    url: str
    world: World

    def connection(self, region: str = "us-east-1") -> Connection:
        """What the runner's code takes to reach it."""
        return Connection(region, simulator=self.url)

    def client(self, service: str, region: str = "us-east-1", **settings: Any) -> Any:
        """A boto3 client like those of `connection`, from one session for all tests: making one is slow."""
        from botocore.config import Config

        config = Config(**{"retries": {"mode": "standard"}, "connect_timeout": 10, **settings})
        return _session().client(service, region_name=region, endpoint_url=self.url, config=config)

    def advance(self, seconds: float) -> None:
        """Let simulated time pass."""
        self.world.advance(seconds)

    def fault(
        self, operation: str, kind: str, times: int = 1, *, seconds: float = 0.0, skip: int = 0
    ) -> None:
        """Let the next `times` calls of an operation, after `skip` good ones, meet one of `faults.KINDS`."""
        faults.add(self.world, faults.Fault(operation, kind, times, seconds, skip))

    @property
    def calls(self) -> list[str]:
        """Operation names, in the order in which they arrived."""
        return self.world.calls

    @property
    def problems(self) -> list[str]:
        """Calls that nobody here implements, and bugs of the simulator: a test with one of them fails."""
        return self.world.problems


@functools.cache
def _session() -> Any:
    import boto3

    return boto3.Session(aws_access_key_id="simulated", aws_secret_access_key="simulated")


@contextmanager
def running(*, database: Path | None = None, rate: float = 0.0, seed: int = 0) -> Iterator[Simulator]:
    """A simulator for the block. One at a time in a process: moto's state is global."""
    if not _ALONE.acquire(blocking=False):
        raise RuntimeError("one simulator at a time in a process: moto's state is global")
    elsewhere.moto()
    elsewhere.reset()
    world = World(database, rate=rate, seed=seed)
    keeping.restore(world)
    server = Server(world)
    server.start()
    try:
        yield Simulator(server.url, world)
    finally:
        server.stop()
        world.close()
        elsewhere.reset()
        _ALONE.release()
