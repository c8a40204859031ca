"""Records for reinforcement fine-tuning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import codes, judged

from runner.examining.rules import Rules
from runner.model import load_model
from runner.plugins import load

MODELS = ("amazon.nova-2-lite-v1:0", "openai.gpt-oss-20b-1:0", "qwen.qwen3-32b-v1:0")
ASK = {"role": "user", "content": "2 + 3?"}
TOOL = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds two numbers.",
        "parameters": {"type": "object", "properties": {"a": {"type": "number"}}},
    },
}


def found(*rows: Any, model: str = MODELS[0]) -> list[str]:
    """Codes of what is wrong."""
    faults = judged(rows, format="openai_chat", model=model, method="reinforcement_fine_tuning")
    return [code for _, code in codes(faults)]


def row(*messages: Any, **rest: Any) -> dict[str, Any]:
    """A record with a reference answer."""
    return {"messages": list(messages or (ASK,)), "reference_answer": "5", **rest}


@pytest.mark.parametrize("model", MODELS)
def test_good_records(model: str) -> None:
    """System, earlier turns, metadata of any kind, tools."""
    system, said = {"role": "system", "content": "Be brief."}, {"role": "assistant", "content": "Yes?"}
    assert found(row(), row(system, ASK), row(system, ASK, said, ASK), model=model) == []
    assert found(row(id="q-1", difficulty=3, tags=["sum", {"a": None}]), model=model) == []
    assert found(row(tools=[TOOL]), model=model) == []


@pytest.mark.parametrize("answer", ["5", {"solution": "x = 4"}, ["a", "b"], 5, 0, 2.5, False])
def test_the_reference_answer_may_be_any_json(answer: Any) -> None:
    assert found(row(reference_answer=answer)) == []


@pytest.mark.parametrize("answer", ["", "  ", {}, []])
def test_an_empty_reference_answer(answer: Any) -> None:
    assert found(row(reference_answer=answer)) == ["D277"]


def test_no_reference_answer_is_doubtful() -> None:
    """AWS's pages and its validator disagree: the grader may judge without one."""
    faults = judged(
        [{"messages": [ASK]}], format="openai_chat", model=MODELS[0], method="reinforcement_fine_tuning"
    )
    assert [(fault.code, fault.severity, fault.path) for _, fault in faults] == [
        ("D277", "warning", "$.reference_answer")
    ]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"reference_answer": "5"}, ["D212"]),
        (row() | {"messages": []}, ["D276"]),
        (row() | {"messages": "2 + 3?"}, ["D214"]),
        (row({"role": "assistant", "content": "5"}), ["D276"]),
        (row(ASK, {"role": "system", "content": "Be brief."}), ["D275"]),
        (row({"role": "developer", "content": "Be brief."}, ASK), ["D275"]),
        (row({"role": "User", "content": "2 + 3?"}), ["D275", "D276"]),
        (row({"content": "2 + 3?"}), ["D212", "D276"]),
        (row(ASK | {"content": " "}), ["D215"]),
        (row(ASK | {"content": None}), ["D215"]),
        (row(ASK | {"content": [{"type": "text", "text": "2 + 3?"}]}), ["D214"]),
        (row("2 + 3?"), ["D214", "D276"]),
        (row(tools=[]), ["D278"]),
        (row(tools={}), ["D278"]),
        (row(tools=[TOOL, TOOL]), ["D278"]),
        (row(tools=[{"name": "add"}]), ["D278"]),
        (row(tools=[{"type": "function", "function": {}}]), ["D278"] * 3),
    ],
)
def test_what_is_wrong(record: Any, expected: list[str]) -> None:
    assert found(record) == expected


def test_a_call_of_a_tool_needs_no_text() -> None:
    called = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1"}]}
    assert found(row(ASK, called, ASK)) == []


def test_a_known_slip_is_named() -> None:
    faults = judged(
        [row({"role": "human", "content": "Hi"}, ASK)],
        format="openai_chat", model=MODELS[0], method="reinforcement_fine_tuning",
    )  # fmt: skip
    assert "'user'" in faults[0][1].hint


def test_aws_s_own_sample_is_accepted(shared_data: Path) -> None:
    """100 records of GSM8K in the form of AWS's notebook, by every model."""
    lines = (shared_data / "aws-examples" / "rft-gsm8k-100.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 100
    for model in MODELS:
        assert found(*map(json.loads, lines), model=model) == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
turns = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant"]) | anything, "content": anything}
)


@given(anything, st.lists(turns | anything, max_size=4), anything, anything)
def test_fast_and_slow_path_agree(extra: Any, messages: list[Any], answer: Any, tools: Any) -> None:
    """What the fast path takes, the slow path has nothing to say about; and neither ever fails."""
    known = load_model(MODELS[0])
    rules = Rules(known, known.methods["reinforcement_fine_tuning"], "openai_chat")
    checker = load("checks.records", "openai_chat")(rules)
    record = {"messages": messages, "reference_answer": answer, "extra": extra}
    for candidate in (record, {**record, "tools": tools}, {"messages": extra}):
        faults: list[Any] = []
        checker.judge(candidate, faults.append)
        assert (checker.fit(candidate) is None) or not faults
        list(checker.texts(candidate))
        hash(checker.others(candidate))
