"""Where a thing is: a region of AWS, or of the simulated AWS that the ledger or the run names."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from runner.aws.calls import look
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
    if vanished(simulator):
        raise RunnerError(
            f"the simulated AWS in {simulator} was deleted", fix="`runner run … --simulate` makes one"
        )
    from runner.simulator.daemon import ensure_up

    return Connection(region, simulator=ensure_up(Path(simulator)).url)


def simulator_of(root: Path) -> str:
    """What a project's simulated AWS is called in the ledger."""
    return os.environ.get(ADDRESS) or str(simulator_folder(root))


def vanished(simulator: str) -> bool:
    """Whether it was a simulated AWS whose folder somebody has deleted, and all that was in it."""
    return bool(simulator) and not simulator.startswith("http://") and not Path(simulator).is_dir()


def identified(cloud: Cloud, account: str = "") -> Cloud:
    """The same with the account's number.

    Errors: `RunnerError` without usable credentials, or with those of another account than `account`.
    """
    who = look("asking who you are", cloud.client("sts").get_caller_identity, needs=("Account", "Arn"))
    if account and account != who["Account"]:
        raise RunnerError(
            f"it is in account {account}; these credentials are for {who['Account']}",
            fix="set AWS_PROFILE to that account's",
        )
    return Cloud(cloud.connection, cloud.region, str(who["Account"]), str(who["Arn"]), cloud.simulator)


def time_at(cloud: Cloud) -> datetime:
    """The time there, to the second. A simulated AWS has a clock of its own, and so has this machine.

    AWS itself is asked: a lease by a clock that is wrong would end before it began, or be paid for longer.
    """
    if cloud.connection.simulator is None:
        reply = look("asking AWS for the time", cloud.client("sts").get_caller_identity, needs=("Account",))
        stated = reply["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(stated) if stated else local_time()
    from runner.simulator.daemon import Address, order

    told = order(Address(cloud.connection.simulator, 0), "status")
    return datetime.fromisoformat(told["time"]).replace(microsecond=0)


def local_time() -> datetime:
    """What this machine's clock says."""
    return datetime.now(UTC).replace(microsecond=0)


def stamp(moment: datetime) -> str:
    """As the ledger writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(stamp: str) -> datetime:
    """A time that the ledger wrote."""
    return datetime.fromisoformat(stamp)
