"""Replies of any shape are read without a crash; a file is changed without touching the rest of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live.recorded import Recorded

from runner.aws.calls import Unanswered, call
from runner.aws.connection import Connection
from runner.live.aws_names import limit_of_quota, measured, usage_parts, words
from runner.live.layout import relaid
from runner.live.replies import day, listed_model, price, quota
from runner.model import Model, models

LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ANY = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner)
)
few = settings(max_examples=30)
BEDROCK = [model for model in models() if model.platform == "bedrock"]


def shaped(*names: str) -> st.SearchStrategy[Any]:
    """Mappings with these keys and any values."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, ANY))


@few
@given(ANY | shaped("modelId", "customizationsSupported", "inferenceTypesSupported", "modelLifecycle"))
def test_any_model(entry: Any) -> None:
    """A model is read, or it is none."""
    found = listed_model(entry, "us-east-1")
    assert found is None or found.id == entry["modelId"]


@few
@given(ANY | shaped("QuotaName", "QuotaCode", "Value", "Adjustable"))
def test_any_quota(entry: Any) -> None:
    """A quota has a finite number, or it is none."""
    found = quota(entry, "us-east-1")
    assert found is None or found.value.is_finite()


DIMENSION = shaped("unit", "pricePerUnit")
PRICED = st.fixed_dictionaries(
    {"priceDimensions": st.dictionaries(st.text(max_size=2), DIMENSION, max_size=2)}
)
TERMS = st.dictionaries(st.text(max_size=2), PRICED, max_size=2)
PRODUCT = st.fixed_dictionaries(
    {
        "product": st.fixed_dictionaries({"attributes": shaped("usagetype", "regionCode")}),
        "terms": st.fixed_dictionaries({"OnDemand": TERMS}),
    }
)


@few
@given(ANY | PRODUCT | PRODUCT.map(json.dumps) | st.text(max_size=20))
def test_any_price(entry: Any) -> None:
    """A price is positive, or there is a word on why it is not used."""
    found = price(entry)
    assert found is None or (found.usd is None) == bool(found.problem)
    assert found is None or found.usd is None or found.usd > 0


@few
@given(ANY)
def test_any_time(value: Any) -> None:
    """A day is written as the schemas write it, or there is none."""
    found = day(value)
    assert found is None or len(found) == 10


@pytest.mark.parametrize("model", BEDROCK, ids=lambda model: model.id)
def test_a_file_without_a_change_stays_as_it_is(model: Model) -> None:
    """Byte for byte, in the layout that somebody has given it."""
    text = model.file.read_text(encoding="utf-8")
    assert relaid(text, json.loads(text)) == text


@few
@given(st.dictionaries(st.text(max_size=6), ANY), st.sampled_from([None, 2]))
def test_any_json_keeps_its_meaning(data: dict[str, Any], indent: int | None) -> None:
    """Whatever the text was, the new one says the data, and laying it out again changes nothing."""
    text = relaid(json.dumps(data, indent=indent), data)
    assert json.loads(text) == data
    assert relaid(text, data) == text


def test_names_tell_models_apart() -> None:
    """No quota's words are those of two models, and names of the price list lead to what is priced."""
    named = [words(model.name) for model in BEDROCK]
    assert len(set(named)) == len(named)
    name = "Sum of training and validation records for a Titan Text G1 - Lite v1 Continued Pre-Training job"
    about = limit_of_quota(f"(Model customization) {name}")
    assert about == ("continued_pre_training", "total_records", frozenset({"titan", "text", "lite"}))
    assert usage_parts("USW2-Llama3-3-70B-Customization-Training") == (
        "Llama3-3-70B",
        "Customization-Training",
    )
    assert usage_parts("USE1-NovaLite-input-tokens") is None


@pytest.mark.parametrize(
    ("suffix", "unit", "usd", "item", "price"),
    [
        ("Customization-Training", "1K tokens", "0.00378", "training_tokens", "0.00378"),
        ("Customization-Training", "Tokens", "0.00000378", "training_tokens", "0.00378"),
        ("Customization-Training", "1M Tokens", "3.78", "training_tokens", "0.00378"),
        ("Customization-Training", "Image", "0.005", "training_images", "0.005"),
        ("Customization-Storage", "Model/month", "1.95", "storage", "1.95"),
        ("ProvisionedThroughput-NoCommit-ModelUnits", "hour", "60.5", "provisioned_throughput", "60.5"),
    ],
)
def test_units(suffix: str, unit: str, usd: str, item: str, price: str) -> None:
    """A price is turned into the schemas' measure; the unit tells tokens from images."""
    from decimal import Decimal

    found = measured(suffix, Decimal(usd), unit)
    assert found is not None
    assert (found[0].item, str(found[1])) == (item, price)
    assert measured(suffix, Decimal(usd), "fortnight") is None


def test_a_call_whose_reply_cannot_be_read_may_have_been_done(aws: Recorded) -> None:
    """Who asked for something new has to look it up again: it is no refusal, and no traceback."""
    aws.identity = "<html>sign in to this network</html>"
    with pytest.raises(Unanswered, match="no answer came"):
        call("asking", Connection("us-east-1").client("sts").get_caller_identity)
