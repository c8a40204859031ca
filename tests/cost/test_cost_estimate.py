"""What a job costs, checked by hand and by invariants."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.model import Model, load_model, models
from runner.planning.cost import Cost, Line, Work, estimate, token_bounds

MILLION = 1_000_000


def line(cost: Cost, item: str) -> Line:
    """The line of that item."""
    return next(line for line in cost.lines if line.item == item)


def work(tokens: int, epochs: int | None = 1) -> Work:
    """Tokens as cl100k_base counts them."""
    return Work(tokens, "cl100k_base", epochs)


@pytest.mark.parametrize(
    ("model", "region", "usd"),
    [
        ("titan-text-express", "us-east-1", "24"),
        ("nova-2-lite", "us-east-1", "11.34"),
        ("nova-micro", "us-east-1", "3"),
        ("llama-2-13b", "us-west-2", "4.47"),
        ("cohere-command", None, "12"),
    ],
)
def test_a_million_tokens_three_times(model: str, region: str | None, usd: str) -> None:
    """1 million tokens x 3 epochs x the price of a thousand: figures worked out by hand."""
    training = line(estimate(load_model(model), "fine_tuning", region, work(MILLION, 3)), "training_tokens")
    assert training.amount is not None
    assert training.amount.likely == Decimal(usd)
    bounds = load_model(model).data["tokens"]["estimate"]  # no script is stated: the widest
    assert training.amount.low == Decimal(usd) * Decimal(str(bounds["low"]))
    assert training.amount.high == Decimal(usd) * Decimal(str(bounds["high"]))
    assert training.source
    assert training.as_of
    assert training.confidence in {"A", "B", "C", "D"}


def test_storage_is_a_month_and_stated() -> None:
    """The custom model is billed by the month; the line says that one month is assumed."""
    storage = line(estimate(load_model("nova-2-lite"), "fine_tuning", "us-east-1", work(1)), "storage")
    assert storage.amount is not None
    assert storage.amount.low == storage.amount.high == Decimal("1.95")
    assert "one month" in storage.note


def test_hosting_is_information_only() -> None:
    """A day of one model unit of Nova 2 Lite is 1,452 dollars, and in no total."""
    cost = estimate(load_model("nova-2-lite"), "fine_tuning", "us-east-1", work(MILLION, 3))
    assert cost.hosting[0].amount is not None
    assert cost.hosting[0].amount.likely == Decimal(1452)
    assert cost.sum("likely") == Decimal("11.34") + Decimal("1.95")
    asked = {line.item: line.amount.likely for line in cost.hosting[1:] if line.amount}
    assert asked == {"custom_inference_input": Decimal("0.3"), "custom_inference_output": Decimal("2.5")}


def test_an_unknown_price_is_not_zero() -> None:
    """Llama 3.1 has no known training price: null amounts, named, and no total of nothing."""
    cost = estimate(load_model("llama-3.1-8b"), "fine_tuning", "us-west-2", work(MILLION))
    assert line(cost, "training_tokens").amount is None
    assert cost.unknown == ("training_tokens", "storage")
    assert cost.as_dict()["likely"] is None
    assert cost.as_dict()["lines"][0]["quantity"] == str(MILLION)


def test_a_partly_known_cost_sums_what_is_known() -> None:
    """Nova Lite: storage is known, training is not; the total is that of the known part and says so."""
    cost = estimate(load_model("nova-lite"), "fine_tuning", "us-east-1", work(MILLION))
    assert cost.unknown == ("training_tokens",)
    assert cost.sum("high") == Decimal("1.95")


def test_a_price_holds_in_its_region_only() -> None:
    """A price of another region is not borrowed: unknown, with the region where it is known."""
    training = line(
        estimate(load_model("nova-micro"), "fine_tuning", "eu-west-1", work(1)), "training_tokens"
    )
    assert training.amount is None
    assert "us-east-1" in training.note


def test_another_tokenizer_has_no_bounds() -> None:
    """The bounds are measured for one tokenizer; a count of another one gives no amount."""
    model = load_model("nova-micro")
    assert token_bounds(model, 100, "o200k_base") is None
    cost = estimate(model, "fine_tuning", "us-east-1", Work(100, "o200k_base", 1))
    assert cost.unknown == ("training_tokens",)


def test_a_published_tokenizer_counts_exactly() -> None:
    """Where the model's own tokenizer has counted, low, likely and high are one number."""
    model = load_model("nova-micro")
    own = Model(model.id, {**model.data, "tokens": {"tokenizer": "o200k_base"}}, model.file, model.digest)
    bounds = token_bounds(own, 100, "o200k_base")
    assert bounds is not None
    assert bounds.low == bounds.likely == bounds.high == 100


def test_distillation_pays_the_teacher() -> None:
    """Nova Pro reads at 0.0008 a thousand; what it will write, and so the training, is unknown."""
    cost = estimate(load_model("nova-micro"), "distillation", "us-east-1", work(MILLION))
    read = line(cost, "teacher_input")
    assert read.amount is not None
    assert read.amount.likely == Decimal("0.8")
    assert cost.unknown == ("teacher_output", "training_tokens")


def test_several_teachers_leave_the_price_open() -> None:
    """Which of two teachers is meant is not guessed: the line names both."""
    cost = estimate(load_model("llama-3.1-8b"), "distillation", "us-west-2", work(MILLION))
    assert line(cost, "teacher_input").amount is None
    assert "llama3-3-70b" in line(cost, "teacher_input").note


def test_a_named_teacher_settles_the_price() -> None:
    """The recipe says which of two teachers; an inference profile of it is the same model."""
    for name in ("meta.llama3-1-70b-instruct-v1:0", "us.meta.llama3-3-70b-instruct-v1:0"):
        named = replace(work(MILLION), settings={"teacherModelIdentifier": name})
        read = line(estimate(load_model("llama-3.1-8b"), "distillation", "us-west-2", named), "teacher_input")
        assert read.amount is not None
        assert read.amount.likely == Decimal("0.72")


@pytest.mark.parametrize(("records", "usd"), [(8, "20"), (5, "12.5"), (1000, "20")])
def test_images_are_paid_as_often_as_they_are_seen(records: int, usd: str) -> None:
    """min(images, batchSize) x steps x 0.005: figures worked out by hand for 500 steps of 8."""
    seen = replace(work(MILLION), records=records, settings={"batchSize": 8, "stepCount": 500})
    cost = estimate(load_model("titan-image-generator-v1"), "fine_tuning", "us-east-1", seen)
    images = line(cost, "training_images")
    assert images.amount is not None
    assert images.amount.likely == images.amount.high == Decimal(usd)
    assert cost.unknown == ()


def test_steps_that_the_service_chooses_leave_the_price_open() -> None:
    """`auto` is no number: nothing is guessed."""
    chosen = replace(work(MILLION), records=100, settings={"batchSize": 8, "stepCount": "auto"})
    cost = estimate(load_model("titan-image-generator-v1"), "fine_tuning", "us-east-1", chosen)
    assert cost.unknown == ("training_images",)


def test_reinforcement_is_paid_by_the_hour() -> None:
    """Neither hours nor price are known: the line says so, and no tokens are multiplied."""
    cost = estimate(load_model("nova-2-lite"), "reinforcement_fine_tuning", "us-east-1", work(MILLION))
    assert line(cost, "training_hours").per == "hour"
    assert "no source" in line(cost, "training_hours").note
    assert cost.unknown == ("training_hours",)


def test_a_local_model_is_free() -> None:
    """A model of this machine has no lines and costs zero."""
    cost = estimate(load_model("smollm2-135m-instruct"), "fine_tuning", None, work(MILLION, 3))
    assert cost.lines == ()
    assert cost.as_dict()["high"] == "0"


@given(st.sampled_from(list(models())), st.integers(0, 10**11), st.integers(1, 100))
def test_bounds_are_ordered(model: Model, tokens: int, epochs: int) -> None:
    """low <= likely <= high for every model, method, line and total; amounts are Decimal all the way."""
    for name, method in model.methods.items():
        region = method.regions[0] if method.regions else None
        cost = estimate(model, name, region, work(tokens, epochs))
        for row in cost.lines:
            if row.amount is not None:
                assert row.amount.low <= row.amount.likely <= row.amount.high
                assert isinstance(row.amount.high, Decimal)
        if (high := cost.sum("high")) is not None:
            assert (cost.sum("low") or 0) <= (cost.sum("likely") or 0) <= high


@given(st.integers(0, 10**11), st.integers(1, 99), st.integers(0, 10**6))
def test_more_work_never_costs_less(tokens: int, epochs: int, more: int) -> None:
    """The cost grows with tokens and with epochs."""
    model, small = load_model("nova-2-lite"), work(tokens, epochs)
    costs: list[Any] = [
        estimate(model, "fine_tuning", "us-east-1", each).sum("high")
        for each in (small, replace(small, tokens=tokens + more), replace(small, epochs=epochs + 1))
    ]
    assert costs[0] <= costs[1]
    assert costs[0] <= costs[2]


@given(st.integers(0, 10**11), st.integers(1, 100))
def test_the_amount_is_exact(tokens: int, epochs: int) -> None:
    """tokens x epochs x price / 1000 in whole hundred-millionths of a dollar: not a digit is lost."""
    row = line(
        estimate(load_model("nova-2-lite"), "fine_tuning", "us-east-1", work(tokens, epochs)),
        "training_tokens",
    )
    assert row.amount is not None
    assert row.amount.likely * 10**8 == tokens * epochs * 378
    assert row.amount.high * 10**10 == tokens * epochs * 378 * 235
