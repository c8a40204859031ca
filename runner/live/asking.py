"""The read-only calls: what AWS says now about models, quotas and prices. Each may fail on its own."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from runner.aws.connection import INSTALL, Connection
from runner.aws.refusals import explained
from runner.errors import RunnerError
from runner.live.aws_names import aws_names
from runner.live.replies import ListedModel, Price, Quota, listed_model, price, quota

Value = TypeVar("Value")

NO_CREDENTIALS = "no AWS credentials were found"
NOT_INSTALLED = "AWS needs boto3, which is not installed"
NOT_REACHED = "cannot be reached"
_CUT_OFF = "the reply is empty or was cut off"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that AWS did not answer, and why."""

    what: str
    region: str
    why: str
    fix: str = ""


def answered(ask: Callable[[], Value], what: str, region: str) -> Value | Unanswered:
    """The answer, or why there is none."""
    try:
        return ask()
    except RunnerError as error:
        return Unanswered(what, region, error.message, error.fix)


def listed_models(connection: Connection, **settings: Any) -> Mapping[str, ListedModel]:
    """Every model of one region by identifier. Errors: `RunnerError`; an empty list is one of them."""
    with _question("ListFoundationModels", "bedrock", connection):
        client = connection.client("bedrock", **settings)
        summaries = client.list_foundation_models().get("modelSummaries")
        entries = [listed_model(entry, _region(connection)) for entry in summaries or ()]
        found = {entry.id: entry for entry in entries if entry is not None}
        _require(found)
        return found


def one_model(connection: Connection, identifier: str, **settings: Any) -> ListedModel | None:
    """One model of one region; None if AWS knows no such identifier there. Errors: `RunnerError`."""
    with _question("GetFoundationModel", "bedrock", connection):
        client = connection.client("bedrock", **settings)
        try:
            reply = client.get_foundation_model(modelIdentifier=identifier)
        except (client.exceptions.ResourceNotFoundException, client.exceptions.ValidationException):
            return None
        entry = listed_model(reply.get("modelDetails") or {}, _region(connection))
        _require(entry is not None)
        return entry


def quotas(connection: Connection) -> tuple[Quota, ...]:
    """Bedrock's quotas as they apply to this account in one region. Errors: `RunnerError`."""
    entries = _quota_pages(connection, "ListServiceQuotas", "list_service_quotas")
    try:
        method = "list_aws_default_service_quotas"
        defaults = _quota_pages(connection, "ListAWSDefaultServiceQuotas", method)
    except RunnerError:  # another permission; without it every adjustable value counts as the account's own
        defaults = []
    found = (quota(entry, _region(connection)) for entry in defaults)
    values = {entry.code: entry.value for entry in found if entry is not None}
    found = (quota(entry, _region(connection), values) for entry in entries)
    return tuple(entry for entry in found if entry is not None)


def _quota_pages(connection: Connection, operation: str, method: str) -> list[Any]:
    with _question(operation, "servicequotas", connection):
        pages = connection.client("service-quotas").get_paginator(method)
        entries: list[Any] = []
        for page in pages.paginate(ServiceCode=aws_names()["quotas"]["service"]):
            _require("Quotas" in page)
            entries += page["Quotas"]
        _require(entries)
        return entries


def prices(connection: Connection, region: str) -> tuple[Price, ...]:
    """Bedrock's prices in one region; the list itself is served from few. Errors: `RunnerError`."""
    with _question("GetProducts", "pricing", connection):
        pages = connection.client("pricing").get_paginator("get_products")
        wanted = {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}
        entries: list[Any] = []
        for page in pages.paginate(ServiceCode=aws_names()["prices"]["service"], Filters=[wanted]):
            _require("PriceList" in page)
            entries += page["PriceList"]
        _require(entries)
        found = [row for row in map(price, entries) if row is not None]
        _require(found)
        return tuple(row for row in found if row.region in ("", region))


def price_list_region(region: str) -> str:
    """The nearest region that serves the price list."""
    served: list[str] = aws_names()["prices"]["regions"]
    return next((other for other in served if other[:3] == region[:3]), served[0])


def account(connection: Connection) -> str:
    """The account's number, all but its last four digits masked. Errors: `RunnerError`."""
    with _question("GetCallerIdentity", "sts", connection):
        number = str(connection.client("sts").get_caller_identity().get("Account") or "")
        _require(number)
        return "*" * len(number[:-4]) + number[-4:]


def require_boto3() -> None:
    """Errors: `RunnerError` when the extra that talks to AWS is not installed."""
    if importlib.util.find_spec("boto3") is None:
        raise RunnerError(NOT_INSTALLED, fix=INSTALL)


@contextmanager
def _question(operation: str, service: str, connection: Connection) -> Iterator[None]:
    """Errors of a call with what was asked where, and the permission it takes if nothing better is known."""
    require_boto3()
    try:
        with explained(f"{operation} in {_region(connection)}"):
            yield
    except RunnerError as error:
        if not error.message.startswith(operation):
            error = RunnerError(f"{operation} in {_region(connection)}: {error.message}", fix=error.fix)
        error.fix = error.fix or f"try again later, or give this identity {service}:{operation}"
        raise error from None


def _require(present: object) -> None:
    """A reply that was cut off parses as an empty success: it must not read as `everything is gone`."""
    if not present:
        raise RunnerError(_CUT_OFF, fix="run it again")


def _region(connection: Connection) -> str:
    return connection.region or "the default region"
