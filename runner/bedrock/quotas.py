"""Is there room for one more job, and for one more custom model?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from runner.aws.calls import Refused, look
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import DENIED
from runner.bedrock.roles import not_asked
from runner.errors import RunnerError
from runner.finding import Finding
from runner.live.aws_names import aws_names

_WAIT = "wait for one to end (`runner status`), or stop one (`runner cancel`)"
_DELETE = "delete custom models that nobody needs (`runner cleanup`)"


def findings(errand: Errand) -> Iterator[Finding]:
    """Quotas of this account that are used up."""
    for quota, count, fix in ((("jobs", _running, _WAIT)), ("custom_models", _kept, _DELETE)):
        try:
            value = _value(errand, aws_names()["quotas"]["account"][quota]["code"])
            used = count(errand)
        except Refused as refused:
            if refused.code in DENIED:
                yield not_asked("the quotas", "servicequotas:GetServiceQuota", "executor")
            return
        except RunnerError:
            return  # Service Quotas does not answer in every region; the job itself will say
        if value is not None and used >= value:
            yield Finding(
                "P306",
                f"no room: {used} are there, and this account's quota"
                f" {aws_names()['quotas']['account'][quota]['name']!r} is {value:g}",
                path="executor",
                fix=f"{fix}, or ask for more in Service Quotas",
                source="Service Quotas, asked just now",
            )


def _value(errand: Errand, code: str) -> float | None:
    client = errand.cloud.client("service-quotas")
    reply = look(
        "asking for quotas", client.get_service_quota, needs=("Quota",), ServiceCode="bedrock", QuotaCode=code
    )
    value = reply["Quota"].get("Value")
    return None if value is None else float(value)


def _running(errand: Errand) -> int:
    return _counted(
        errand, "list_model_customization_jobs", "modelCustomizationJobSummaries", statusEquals="InProgress"
    )


def _kept(errand: Errand) -> int:
    return _counted(errand, "list_custom_models", "modelSummaries")


def _counted(errand: Errand, operation: str, member: str, **request: str) -> int:
    pages = errand.cloud.client("bedrock").get_paginator(operation)
    listed: Callable[..., list[dict[str, list[object]]]] = lambda **asked: list(pages.paginate(**asked))  # noqa: E731
    found = look("counting what is there", listed, **request)
    return sum(len(page.get(member) or ()) for page in found)
