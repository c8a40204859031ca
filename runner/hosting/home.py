"""Where a thing is: a region of AWS, or of the simulated AWS that the ledger or the run names."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from runner.aws.calls import call
from runner.aws.connection import Connection
from runner.bedrock.cloud import ADDRESS, Cloud, simulator_folder
from runner.errors import RunnerError


def cloud_at(region: str, simulator: str = "", account: str = "") -> Cloud:
    """Clients for a region. `simulator` is a folder or an address, as the ledger writes it."""
    return Cloud(connection_of(simulator, region), region, account, simulator=simulator)


def connection_of(simulator: str, region: str | None) -> Connection:
    """AWS itself, or the simulated AWS of that folder (started if it is down) or address."""
    if not simulator:
        return Connection(region)
    if simulator.startswith("http://"):
        return Connection(region, simulator=simulator)
    from runner.simulator.daemon import ensure_up

    return Connection(region, simulator=ensure_up(Path(simulator)).url)


def simulator_of(root: Path) -> str:
    """What a project's simulated AWS is called in the ledger."""
    return os.environ.get(ADDRESS) or str(simulator_folder(root))


def identified(cloud: Cloud) -> Cloud:
    """The same with the account's number. Errors: `RunnerError` without usable credentials."""
    who = call("asking who you are", cloud.client("sts").get_caller_identity, needs=("Account", "Arn"))
    return Cloud(cloud.connection, cloud.region, str(who["Account"]), str(who["Arn"]), cloud.simulator)


def time_at(cloud: Cloud) -> datetime:
    """The time there, to the second: a simulated AWS has a clock of its own."""
    if cloud.connection.simulator is None:
        return datetime.now(UTC).replace(microsecond=0)
    from runner.simulator.daemon import Address, order

    told = order(Address(cloud.connection.simulator, 0), "status")
    return datetime.fromisoformat(told["time"]).replace(microsecond=0)


def stamp(moment: datetime) -> str:
    """As the ledger writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(stamp: str) -> datetime:
    """A time that the ledger wrote."""
    return datetime.fromisoformat(stamp)
