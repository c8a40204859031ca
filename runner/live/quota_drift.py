"""Limits that are service quotas: what a model's file says beside the account's own values."""

from __future__ import annotations

from collections.abc import Sequence

from runner.live.aws_names import aws_names, limit_of_quota, words
from runner.live.drift import QUOTAS, Compared, Edit
from runner.live.replies import Quota


def compare_quotas(compared: Compared, quotas: Sequence[Quota]) -> None:
    """Compare with the lowest value of all asked regions; a quota that is not listed changes nothing.

    A model that takes no jobs is left as it was: its limits are history.
    """
    if compared.model.jobs_allowed is False:
        return
    found: dict[tuple[str, str], list[Quota]] = {}
    name = words(compared.model.name)
    for quota in quotas:
        about = limit_of_quota(quota.name)
        if about is not None and about[2] == name and about[0] in compared.model.methods:
            found.setdefault(about[:2], []).append(quota)
    for (method, limit), listed in sorted(found.items()):
        _compare(compared, method, limit, min(listed, key=lambda quota: quota.value))


def account_quotas(quotas: Sequence[Quota]) -> dict[str, Quota]:
    """The quotas of the account that a job or its model counts against, by our names: `jobs`, …"""
    by_code = {quota.code: quota for quota in quotas}
    named = aws_names()["quotas"]["account"]
    return {
        name: by_code[row["code"]]
        for name, row in named.items()
        if isinstance(row, dict) and row["code"] in by_code
    }


def _compare(compared: Compared, method: str, limit: str, quota: Quota) -> None:
    model = compared.model
    stated = model.methods[method].limit(limit)
    now, before = int(quota.value), stated.get("maximum")
    source = stated.get("source", "")
    if now == before:
        # A minimum beside it is no quota, and keeps its source.
        if "minimum" not in stated or source.startswith(QUOTAS):
            compared.confirmed.append(Edit(("methods", method, "limits", limit, "source"), QUOTAS))
        return
    changed = {**stated, "maximum": now, "adjustable": quota.adjustable, "source": QUOTAS}
    changed.pop("reason", None)
    changed.pop("confidence", None)
    if "minimum" in stated and source:
        changed["note"] = f"the minimum is from: {model.source(source)}"
    edit = Edit(("methods", method, "limits", limit), changed)
    compared.differs(
        f"methods.{method}.limits.{limit}.maximum", before, now, source, QUOTAS, edit,
        account_only=quota.granted, note=f"{quota.name} ({quota.code}) in {quota.region}",
    )  # fmt: skip
