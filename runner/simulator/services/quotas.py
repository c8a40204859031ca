"""Service quotas of Bedrock: ListServiceQuotas, GetServiceQuota, ListAWSDefaultServiceQuotas."""

from __future__ import annotations

import base64
from typing import Any

from runner.simulator.fixture import fixture
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

SERVICE = "service-quotas"
KIND = "quota"
"""Documents `{"code": …, "value": …}` of this kind are what the account was granted beyond the defaults."""
_MOST = 20

GRANTED = rule(
    "ListServiceQuotas shows the values of this account; the defaults have an operation of their own",
    provenance="documented",
    source="Service Quotas API reference: ListServiceQuotas, ListAWSDefaultServiceQuotas",
)
ONE_SERVICE = rule(
    "An unknown service or quota code is a NoSuchResourceException",
    provenance="documented",
    source="Service Quotas API reference: errors",
)
PAGES = rule(
    "A page holds MaxResults quotas, 20 if none is asked for",
    provenance="assumed",
    source="the reference gives 1 to 100 for MaxResults; the real default was not found",
)


def list_service_quotas(world: World, request: Request) -> dict[str, Any]:
    """The account's quotas, in pages."""
    code = request.params.get("QuotaCode")
    found = [each for each in _quotas(world, request) if code in (None, each["QuotaCode"])]
    return _page(found, request.params)


def list_aws_default_service_quotas(world: World, request: Request) -> dict[str, Any]:
    """The defaults, in pages."""
    return _page(_quotas(world, request, granted=False), request.params)


def get_service_quota(world: World, request: Request) -> dict[str, Any]:
    """One quota of the account."""
    code = request.params["QuotaCode"]
    for each in _quotas(world, request):
        if each["QuotaCode"] == code:
            return {"Quota": each}
    raise Refused("NoSuchResourceException", f"The quota {code} does not exist", rule=ONE_SERVICE)


def quota_value(world: World, code: str) -> float:
    """The value of a quota in this account: what other topics enforce."""
    granted = world.get(KIND, code)
    if granted is not None:
        return float(granted["value"])
    stated = next(each for each in fixture("quotas")["quotas"] if each["code"] == code)
    return float(world.setting(stated["setting"]) if "setting" in stated else stated["value"])


def _quotas(world: World, request: Request, *, granted: bool = True) -> list[dict[str, Any]]:
    if request.params["ServiceCode"] != "bedrock":
        raise Refused("NoSuchResourceException", "The service is not available", rule=ONE_SERVICE)
    return [
        {
            "ServiceCode": "bedrock",
            "ServiceName": "Amazon Bedrock",
            "QuotaArn": f"arn:aws:servicequotas:{request.region}:{request.account}:bedrock/{each['code']}",
            "QuotaCode": each["code"],
            "QuotaName": each["name"],
            "Value": quota_value(world, each["code"]) if granted else float(each["value"]),
            "Unit": "None",
            "Adjustable": each["adjustable"],
            "GlobalQuota": False,
        }
        for each in fixture("quotas")["quotas"]
    ]


def _page(items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    try:
        start = int(base64.b64decode(params["NextToken"])) if params.get("NextToken") else 0
    except ValueError:
        raise Refused("InvalidPaginationTokenException", "The pagination token is not valid") from None
    end = start + params.get("MaxResults", _MOST)
    more = {"NextToken": base64.b64encode(str(end).encode()).decode()} if end < len(items) else {}
    return {"Quotas": items[start:end], **more}
