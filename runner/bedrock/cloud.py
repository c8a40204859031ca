"""The account and region a job runs in: clients made once, on AWS or on a simulated AWS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runner.aws.calls import look
from runner.aws.connection import Connection
from runner.errors import RunnerError
from runner.seal import private_folder

ADDRESS = "RUNNER_SIMULATOR"
"""Address of a simulated AWS that already runs; without it the project's own is started."""

_PATIENT = {"mode": "standard", "total_max_attempts": 5}
_ONCE = {"mode": "standard", "total_max_attempts": 1}


@dataclass(frozen=True, slots=True)
class Cloud:
    """Who asks, where. Threads may share it."""

    connection: Connection
    region: str
    account: str = ""
    caller: str = ""
    """ARN of the identity whose credentials are used."""
    simulator: str = ""
    """Folder (or address) of the simulated AWS; empty for AWS itself."""

    @property
    def _clients(self) -> dict[str, Any]:
        return _clients_of(self.connection)

    def client(self, service: str) -> Any:
        """A client that repeats what was throttled or lost a few times."""
        if service not in self._clients:
            self._clients[service] = self.connection.client(service, retries=_PATIENT)
        return self._clients[service]

    def poller(self) -> Any:
        """A Bedrock client that asks once: waiting has a schedule of its own, and no retry quota to drain."""
        if "poller" not in self._clients:
            self._clients["poller"] = self.connection.client("bedrock", retries=_ONCE)
        return self._clients["poller"]


@cache
def _clients_of(connection: Connection) -> dict[str, Any]:  # noqa: ARG001 - the key of the cache
    """The clients of a connection, for all jobs of the process: each takes memory and a moment to make."""
    return {}


def open_cloud(region: str | None, profile: str | None, root: Path, *, simulate: bool) -> Cloud:
    """Ask who we are. Errors: `RunnerError` without usable credentials."""
    if not region:
        raise RunnerError("a job on Bedrock needs a region", fix="set region: us-east-1, say")
    address, simulator = _simulator(root) if simulate else (None, "")
    connection = Connection(region, profile, address)
    cloud = Cloud(connection, region, simulator=simulator)
    who = look("asking who you are", cloud.client("sts").get_caller_identity, needs=("Account", "Arn"))
    return Cloud(connection, region, str(who["Account"]), str(who["Arn"]), simulator)


def known_cloud(details: Any, profile: str | None, root: Path) -> Cloud:
    """The account and region that a job's details name; asks nothing."""
    simulated = bool(details.get("simulator"))
    address, simulator = _simulator(root) if simulated else (None, "")
    connection = Connection(str(details["region"]), profile, address)
    return Cloud(connection, str(details["region"]), str(details.get("account") or ""), "", simulator)


def _simulator(root: Path) -> tuple[str, str]:
    """Address of the simulated AWS, and what it is called in the ledger."""
    if stated := os.environ.get(ADDRESS):
        return stated, stated
    try:
        from runner.simulator.daemon import ensure_up
    except ImportError:
        raise RunnerError(
            "the simulated AWS needs packages that are not installed",
            fix="pip install 'bedrock-recipe-runner[simulator]'",
        ) from None
    folder = simulator_folder(root)
    return ensure_up(folder).url, str(folder)


def simulator_folder(root: Path) -> Path:
    """Where the project's own simulated AWS keeps its state.

    A pull request cannot name it, so it can plant neither results there nor an address of its own.
    """
    return private_folder(root, "simulator")
