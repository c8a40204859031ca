"""Hosting a custom model for a time: the lease first, then the deployment or the throughput."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from runner.aws.calls import Refused, call
from runner.bedrock.cloud import Cloud
from runner.bedrock.names import tags
from runner.errors import RunnerError
from runner.hosting import lease
from runner.hosting.home import moment, stamp
from runner.hosting.prices import Price, token_prices, unit_hour
from runner.hosting.target import Target
from runner.hosting.things import KINDS, found, stranger
from runner.hosting.waiting import until
from runner.ledger import Entry, Ledger
from runner.planning.money import plain, product

MONTHS = {"OneMonth": 1, "SixMonths": 6}
SHORTEST = timedelta(hours=1)
"""Of throughput: it takes AWS up to half an hour to make, and a lease that ends before would end nothing."""
_MARGIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be made, for how long, and what it costs; nothing has been asked for yet."""

    target: Target
    kind: str
    """`deployment` or `provisioned-throughput`."""
    name: str
    units: int
    commitment: str
    hourly: Price
    """For all units; 0 for a deployment, which is paid by the token."""
    tokens: Mapping[str, Price]
    lifetime: timedelta

    def ends(self, now: datetime) -> datetime:
        """When the lease ends: never before a commitment does, which cannot be deleted early."""
        if not self.commitment:
            return now + self.lifetime
        return max(now + self.lifetime, self.committed(now) + _MARGIN)

    def committed(self, now: datetime) -> datetime:
        """When the term of a commitment that is bought now is over."""
        return _months_later(now, MONTHS[self.commitment])

    def lease_usd(self, now: datetime) -> Decimal | None:
        """What hosting costs to the end of the lease, by the hour begun; None if the price is unknown."""
        hours = int((self.ends(now) - now).total_seconds() + 3599) // 3600
        return None if self.hourly.usd is None else product(self.hourly.usd, hours)


def offer(target: Target, *, provisioned: bool, units: int, commitment: str, lifetime: timedelta) -> Offer:
    """Choose the cheapest way that the model has. Errors: `RunnerError` where it has none."""
    if target.kind != "custom-model":
        what = target.kind.replace("-", " ")
        raise RunnerError(
            f"{target.arn} is an {what}: it needs no deployment"
            if target.kind == "imported-model"
            else f"{target.arn} is a {what}: give the custom model",
            fix="`runner invoke` asks it as it is",
        )
    hosting = target.base.data.get("hosting", {}) if target.base else {}
    regions = (hosting.get("regions") or {}).get("on_demand_deployment")
    here = regions is None or target.region in regions
    deployable = bool(hosting.get("on_demand_deployment")) and here and not (provisioned or commitment)
    name = target.hosted_as
    if deployable:
        free = Price(Decimal(0), "hour", "nothing while idle: paid by the token")
        tokens = token_prices(target.base, target.region, custom=True)
        return Offer(target, "deployment", name, 0, "", free, tokens, lifetime)
    if hosting.get("provisioned_throughput") is False:
        name = target.base.name if target.base else target.arn
        raise RunnerError(
            f"{name} can be hosted neither on demand nor provisioned",
            fix="`runner models MODEL` shows the ways it has",
        )
    if lifetime < SHORTEST and not commitment:
        raise RunnerError(
            "provisioned throughput takes AWS up to half an hour to make: a lease of it is 1h or longer",
            fix="--max-lifetime 1h",
        )
    price = unit_hour(target.base, target.region, commitment)
    usd = None if price.usd is None else product(price.usd, units)
    hourly = Price(usd, "hour", price.note)
    return Offer(target, "provisioned-throughput", name, units, commitment, hourly, {}, lifetime)


def deploy(
    cloud: Cloud, ledger: Ledger, asked: Offer, now: datetime, role: Callable[[], str]
) -> tuple[Entry, Mapping[str, Any]]:
    """Make it, or find it and renew its lease; its ledger entry and AWS's record.

    Errors: `RunnerError`; what AWS refused is in the ledger as gone, and its schedule is deleted.
    """
    entry = _wanted(cloud, asked, asked.ends(now))
    standing = ledger.find(entry.kind, entry.name, entry.account, entry.region, entry.simulator)
    record = found(cloud, standing or entry)
    if record is not None:
        _require_ours(cloud, standing or entry, record)
        _require_same(asked, record)
        # Renewed: a term that was bought ends when AWS says, not a term from now.
        entry = replace(entry, expires=stamp(_renewed(asked, now, record)))
    lease.keep(cloud, ledger, entry, lease.Lease(moment(entry.expires), role()))
    # Once more: the lease that was there may have ended it meanwhile.
    record = record and found(cloud, standing or entry)
    over = standing is not None and (standing.state == "made" or standing.expires < stamp(now))
    if standing is not None and record is None and over:
        # It gets a new token: AWS may answer the old one with what no longer exists.
        ledger.gone(standing, "AWS has it no longer: its lease has ended")
    entry = replace(ledger.intend(entry), usd=entry.usd, per=entry.per, expires=entry.expires)
    arn = str(record[KINDS[entry.kind].arn]) if record else _make(cloud, ledger, asked, entry)
    entry = ledger.made(entry, arn)
    return entry, found(cloud, entry) or {}


def ready(cloud: Cloud, ledger: Ledger, entry: Entry, say: Callable[[str], None]) -> Mapping[str, Any]:
    """Wait until it can be asked. Errors: `RunnerError` when AWS could not make it."""
    wanted = {"deployment": "Active", "provisioned-throughput": "InService"}[entry.kind]
    record = until(cloud, entry, lambda found: found["status"] in (wanted, "Failed"), say)
    if record is None:
        raise RunnerError(f"{entry.name} is gone: its lease has ended, or somebody deleted it")
    if record["status"] == "Failed":
        reason = record.get("failureMessage") or "AWS gives no reason"
        raise RunnerError(f"{entry.name} could not be made: {reason}", fix="`runner cleanup` removes it")
    if expires := record.get("commitmentExpirationTime"):
        # AWS's word on the term is better than ours.
        ledger.made(replace(entry, expires=max(entry.expires, stamp(expires))), entry.arn)
    return record


def _make(cloud: Cloud, ledger: Ledger, asked: Offer, entry: Entry) -> str:
    bedrock, target = cloud.client("bedrock"), asked.target
    labels = [{"key": key, "value": value} for key, value in entry.tags.items()]
    try:
        if entry.kind == "deployment":
            reply = call(
                f"deploying {entry.name}",
                bedrock.create_custom_model_deployment,
                needs=("customModelDeploymentArn",),
                modelDeploymentName=entry.name,
                modelArn=target.arn,
                tags=labels,
                clientRequestToken=entry.token,
            )
            return str(reply["customModelDeploymentArn"])
        commitment = {"commitmentDuration": asked.commitment} if asked.commitment else {}
        reply = call(
            f"provisioning {entry.name}",
            bedrock.create_provisioned_model_throughput,
            needs=("provisionedModelArn",),
            provisionedModelName=entry.name,
            modelId=target.arn,
            modelUnits=asked.units,
            tags=labels,
            clientRequestToken=entry.token,
            **commitment,
        )
        return str(reply["provisionedModelArn"])
    except Refused as refused:
        _undo(cloud, ledger, entry, refused)
        raise


def _undo(cloud: Cloud, ledger: Ledger, entry: Entry, refused: Refused) -> None:
    """AWS made nothing: neither the thing nor its lease is left."""
    from runner.hosting.things import delete

    if found(cloud, entry) is not None:
        return  # somebody was faster: it exists, so its lease stays, and the next run decides whose it is
    ledger.gone(entry, f"refused: {refused.reason or refused.code}")
    name = lease.schedule_name(entry.kind, entry.name)
    schedule = ledger.find("schedule", name, entry.account, entry.region, entry.simulator)
    if schedule is not None:
        with contextlib.suppress(RunnerError):  # the refusal is what is told; the schedule ends by itself
            delete(cloud, schedule)
            ledger.gone(schedule, "what it would have deleted was refused")


def _require_ours(cloud: Cloud, entry: Entry, record: Mapping[str, Any]) -> None:
    if why := stranger(cloud, entry, record):
        raise RunnerError(
            f"a {KINDS[entry.kind].title} named {entry.name} exists: {why}",
            fix="nothing was changed; `runner invoke` with its ARN asks it as it is, or delete it first",
        )


def _require_same(asked: Offer, record: Mapping[str, Any]) -> None:
    """Renewing changes the lease alone: another size would be billed otherwise than the price shown."""
    if asked.kind != "provisioned-throughput":
        return
    units, commitment = int(record.get("modelUnits") or 1), str(record.get("commitmentDuration") or "")
    if (units, commitment) != (asked.units, asked.commitment):
        words = [f"--units {units}"] + ([f"--commitment {commitment}"] if commitment else [])
        raise RunnerError(
            f"{asked.name} has {units} model unit(s) and {commitment or 'no commitment'}",
            fix=f"add {' '.join(words)} to renew its lease; `runner cleanup` ends it, if you want another",
        )


def _renewed(asked: Offer, now: datetime, record: Mapping[str, Any]) -> datetime:
    ends = now + asked.lifetime
    until = record.get("commitmentExpirationTime")
    return max(ends, until + _MARGIN) if until else asked.ends(now) if asked.commitment else ends


def _wanted(cloud: Cloud, asked: Offer, ends: datetime) -> Entry:
    target = asked.target
    return Entry(
        kind=asked.kind,
        name=asked.name,
        account=cloud.account,
        region=cloud.region,
        simulator=cloud.simulator,
        token=uuid.uuid4().hex,
        project=target.project,
        recipe=target.recipe,
        fingerprint=target.fingerprint,
        usd=None if asked.hourly.usd is None else plain(asked.hourly.usd),
        per="hour",
        expires=stamp(ends),
        tags=tags(target.project, target.recipe, target.fingerprint, {}),
    )


def _months_later(now: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last day."""
    import calendar

    years, month = divmod(now.month - 1 + months, 12)
    year = now.year + years
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)
