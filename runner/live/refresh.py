"""Asks AWS about models, quotas and prices in several regions and compares the answers with the schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from runner.aws.connection import Connection
from runner.live.all_at_once import all_at_once
from runner.live.asking import (
    Unanswered,
    account,
    answered,
    listed_models,
    one_model,
    price_list_region,
    prices,
    quotas,
)
from runner.live.drift import MODELS, PRICES, QUOTAS, Compared, Drift
from runner.live.lifecycle_drift import compare_lifecycle
from runner.live.offers import Offer, job_identifier, offer
from runner.live.price_drift import compare_prices
from runner.live.quota_drift import account_quotas, compare_quotas
from runner.live.replies import ListedModel, Price, Quota
from runner.model import Model

_AT_ONCE = 8


@dataclass(slots=True)
class Answers:
    """What AWS said, region by region, and what it did not say."""

    account: str = ""
    models: dict[str, Mapping[str, ListedModel]] = field(default_factory=dict)
    quotas: dict[str, tuple[Quota, ...]] = field(default_factory=dict)
    prices: dict[str, tuple[Price, ...]] = field(default_factory=dict)
    unanswered: list[Unanswered] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether any question was answered."""
        return bool(self.models or self.quotas or self.prices)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The comparison of all chosen models."""

    compared: tuple[Compared, ...]
    answers: Answers
    today: date

    def differences(self, *, shared: bool) -> list[tuple[Compared, Drift]]:
        """Where a file differs from AWS; values of one account do not count for files that are shared."""
        found = [(each, drift) for each in self.compared for drift in each.drifts]
        return [(each, drift) for each, drift in found if not (shared and drift.account_only)]

    def sources(self) -> dict[str, dict[str, str]]:
        """How the refreshed files name what was asked."""
        asked: dict[str, tuple[str, Mapping[str, object]]] = {
            MODELS: ("ListFoundationModels and GetFoundationModel", self.answers.models),
            QUOTAS: ("Service Quotas: ListServiceQuotas", self.answers.quotas),
            PRICES: ("Price List API: GetProducts", self.answers.prices),
        }
        whose = self.answers.account or "not known"
        return {
            key: {
                "title": f"{title}, asked by `runner models refresh`",
                "ref": f"{', '.join(sorted(regions))}; account {whose}",
                "as_of": self.today.isoformat(),
                "confidence": "A",
            }
            for key, (title, regions) in asked.items()
            if regions
        }

    def account_quotas(self) -> dict[str, dict[str, int]]:
        """The account's own quotas by region and our name."""
        return {
            region: {name: int(quota.value) for name, quota in account_quotas(found).items()}
            for region, found in sorted(self.answers.quotas.items())
        }


def regions_of(chosen: Iterable[Model]) -> list[str]:
    """Every region that the files name, which is where their facts can be compared."""
    return sorted({r for model in chosen for method in model.methods.values() for r in method.regions})


def refresh(
    chosen: Sequence[Model], connect: Callable[[str], Connection], regions: Sequence[str], today: date
) -> Refreshed:
    """Ask, and compare. What is not answered is reported and compares with nothing."""
    answers = _asked(connect, regions)
    compared = []
    for model in chosen:
        found = Compared(model)
        offers = [offer(model, region, listed.values()) for region, listed in answers.models.items()]
        offers = [each for each in offers if _is_sure(each, model, connect, answers)]
        compare_lifecycle(found, offers, today)
        compare_quotas(found, [quota for each in answers.quotas.values() for quota in each])
        for region, rows in answers.prices.items():
            compare_prices(found, region, rows)
        compared.append(found)
    return Refreshed(tuple(compared), answers, today)


def _asked(connect: Callable[[str], Connection], regions: Sequence[str]) -> Answers:
    """All questions at once: each is one call or a few pages."""
    answers = Answers()
    questions: list[tuple[str, str, Callable[[], Any]]]
    questions = [("account", regions[0], partial(account, connect(regions[0])))]
    for region in regions:
        here, near = connect(region), connect(price_list_region(region))
        questions += [
            ("models", region, partial(listed_models, here)),
            ("quotas", region, partial(quotas, here)),
            ("prices", region, partial(prices, near, region)),
        ]
    asking = [partial(answered, ask, what, region) for what, region, ask in questions]
    for (what, region, _), answer in zip(questions, all_at_once(asking, _AT_ONCE), strict=True):
        if what == "account":
            answers.account = "" if isinstance(answer, Unanswered) else answer
        elif isinstance(answer, Unanswered):
            answers.unanswered.append(answer)
        else:
            getattr(answers, what)[region] = answer
    return answers


def _is_sure(found: Offer, model: Model, connect: Callable[[str], Connection], answers: Answers) -> bool:
    """Whether the list may be believed about this model. That it is gone takes a second answer."""
    expected = any(found.region in method.regions for method in model.methods.values())
    if found.customizable or model.jobs_allowed is False or not expected:
        return True
    what = f"models ({model.id})"
    again = answered(lambda: one_model(connect(found.region), job_identifier(model)), what, found.region)
    if isinstance(again, Unanswered):
        answers.unanswered.append(again)
        return False
    if again is not None and again.customizations:
        why = "the list and GetFoundationModel disagree whether it can be customized"
        answers.unanswered.append(Unanswered(what, found.region, why, "run it again"))
        return False
    return True
