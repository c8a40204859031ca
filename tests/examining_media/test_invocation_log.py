"""Records of model invocation logs: which of them a job can use, whatever API was called."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import codes, judged

from runner.examining.logged_call import logged_call

STUDENT = "amazon.nova-micro-v1:0"
TEACHER = "amazon.nova-pro-v1:0"


def entry(asked: Any = None, answered: Any = None, **rest: Any) -> dict[str, Any]:
    """A record of a Converse call."""
    asked = asked or {"messages": [{"role": "user", "content": [{"text": "Why is the sky blue?"}]}]}
    answered = answered or {
        "output": {"message": {"role": "assistant", "content": [{"text": "Air scatters."}]}}
    }
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "modelId": TEACHER,
        "input": {"inputContentType": "application/json", "inputBodyJson": asked},
        "output": {"outputContentType": "application/json", "outputBodyJson": answered},
        **rest,
    }


def faults_of(*rows: Any, **more: Any) -> list[tuple[int, Any]]:
    """Line and fault of what keeps rows from being used."""
    more = {"file": "/logs/a.json.gz", **more}
    return judged(rows, format="invocation_log", model=STUDENT, method="distillation", **more)


def unpacked(folder: Path) -> list[str]:
    """The lines of all log files of a folder, in order."""
    files = sorted(folder.glob("AWSLogs/**/*.gz"))
    return [line for file in files for line in gzip.decompress(file.read_bytes()).decode().splitlines()]


SHAPES = {
    "converse": (entry()["input"]["inputBodyJson"], entry()["output"]["outputBodyJson"]),
    "claude, blocks": (
        {
            "anthropic_version": "x",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Why?"}]}],
        },
        {"type": "message", "content": [{"type": "text", "text": "Because."}]},
    ),
    "claude, text": (
        {"anthropic_version": "x", "system": "Be brief.", "messages": [{"role": "user", "content": "Why?"}]},
        {"type": "message", "content": [{"type": "text", "text": "Because."}]},
    ),
    "claude, streamed": (
        {"anthropic_version": "x", "messages": [{"role": "user", "content": "Why?"}]},
        [
            {"type": "message_start", "message": {"content": []}},
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Be"}},
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "cause."}},
            {"type": "message_stop"},
        ],
    ),
    "llama": (
        {"prompt": "<|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>", "max_gen_len": 9},
        {"generation": "Because.", "stop_reason": "stop"},
    ),
    "llama, streamed": ({"prompt": "Why?"}, [{"generation": "Be"}, {"generation": "cause."}]),
    "titan": ({"inputText": "Why?"}, {"results": [{"outputText": "Because."}]}),
    "mistral": ({"prompt": "<s>[INST] Why? [/INST]"}, {"outputs": [{"text": "Because."}]}),
    "cohere": ({"message": "Why?"}, {"generations": [{"text": "Because."}, {"text": "Or not."}]}),
    "openai": (
        {"messages": [{"role": "user", "content": "Why?"}]},
        {"choices": [{"message": {"content": "Because."}}]},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_call_is_read(shape: str) -> None:
    asked, answered = SHAPES[shape]
    assert codes(faults_of(entry(asked, answered))) == []
    call = logged_call(asked, answered)
    assert len(call.asked) == 1
    assert call.answer in {"Because.", "Air scatters."}


def body(*messages: tuple[str, Any]) -> dict[str, Any]:
    """The body of a Converse request."""
    return {"messages": [{"role": role, "content": content} for role, content in messages]}


TEXT = [{"text": "Why?"}]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (entry(body(("user", TEXT), ("assistant", TEXT), ("user", TEXT))), ["D288"]),
        (entry({"prompt": "<|start_header_id|>user<|end_header_id|>a" * 2}), ["D288"]),
        (entry(body(("user", [*TEXT, {"image": {"format": "png"}}]))), ["D289"]),
        (
            entry(
                {
                    "messages": [
                        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Why?"}]}
                    ]
                }
            ),
            ["D289"],
        ),
        (entry(body(("user", [*TEXT, *TEXT]))), ["D289"]),
        (entry(body(("user", [{"text": " "}]))), ["D290"]),
        (entry({"texts": ["a"], "input_type": "search"}), ["D290"]),
        ({k: v for k, v in entry(errorCode="ThrottlingException").items() if k != "output"}, ["D286"]),
        ({k: v for k, v in entry().items() if k != "output"}, ["D285"]),
        ({k: v for k, v in entry().items() if k != "modelId"}, ["D285"]),
        (entry() | {"input": {"inputBodyS3Path": "s3://logs/data/1_input.json.gz"}}, ["D287"]),
        (entry() | {"output": {"outputBodyS3Path": "s3://logs/data/1_output.json.gz"}}, ["D287"]),
    ],
)
def test_why_a_record_cannot_be_used(record: Any, expected: list[str]) -> None:
    """A log holds what was called: each of these is a warning."""
    faults = faults_of(record)
    assert [(fault.code, fault.severity) for _, fault in faults] == [(code, "warning") for code in expected]


def test_answers_must_be_the_teacher_s_if_they_are_used() -> None:
    profile = entry(modelId="us." + TEACHER)
    other = entry(modelId="amazon.nova-lite-v1:0")
    assert codes(faults_of(entry(), profile, other)) == []
    faults = faults_of(entry(), profile, other, teacher=TEACHER)
    assert codes(faults) == [(2, "D291"), (3, "D291")]
    assert "us.amazon.nova-pro-v1:0" in faults[0][1].hint


def test_an_answer_without_text_matters_only_if_answers_are_used() -> None:
    """A call of an embedding model, say."""
    silent = entry(answered={"embedding": [0.5]})
    assert codes(faults_of(silent)) == []
    assert codes(faults_of(silent, teacher=TEACHER)) == [(1, "D290")]


def test_a_log_is_named_as_compressed() -> None:
    assert codes(faults_of(entry(), file="/logs/a.json")) == [(0, "D292")]


def test_too_few_usable_records() -> None:
    """100 records, one of which cannot be used, are 99."""
    failed = entry(errorCode="ThrottlingException")
    assert codes(faults_of(*[entry()] * 100, failed)) == [(101, "D286")]
    assert codes(faults_of(*[entry()] * 99, failed)) == [(0, "D293"), (100, "D286")]


def test_the_made_logs_hold_what_their_truth_says(shared_data: Path) -> None:
    """185 records in four files, nine of which a job cannot use."""
    folder = shared_data / "invocation-logs" / "made"
    kinds = json.loads((folder / "truth.json").read_text())["kinds"]
    lines = unpacked(folder)
    assert len(lines) == sum(kinds.values()) == 185
    found = Counter(code for _, code in codes(faults_of(*map(json.loads, lines))))
    assert found == {
        "D288": kinds["multi_turn_match"],
        "D289": kinds["multimodal_match"],
        "D286": kinds["error_no_output_match"],
        "D287": kinds["offloaded_body_match"],
    }


def test_the_teacher_s_own_answers_in_the_made_logs(shared_data: Path) -> None:
    """With usePromptResponse the calls of Claude and Llama are not used."""
    folder = shared_data / "invocation-logs" / "made"
    kinds = json.loads((folder / "truth.json").read_text())["kinds"]
    lines = unpacked(folder)
    found = Counter(code for _, code in codes(faults_of(*map(json.loads, lines), teacher=TEACHER)))
    assert found["D291"] == kinds["claude_invoke_match"] + kinds["llama_invoke_match"]


def test_a_real_record_is_accepted(shared_data: Path) -> None:
    rows = [json.loads(line) for line in unpacked(shared_data / "invocation-logs" / "real-one")]
    assert len(rows) == 1
    assert codes(faults_of(*rows)) == []


KEYS = "messages role content text type delta output message results prompt generation"
keys = st.sampled_from(KEYS.split())
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)


@given(
    anything,
    anything,
    st.dictionaries(st.sampled_from(["modelId", "input", "output", "errorCode"]), anything),
)
def test_any_json_is_judged_and_nothing_fails(asked: Any, answered: Any, rest: Any) -> None:
    record = entry(asked, answered)
    for row in (record, record | rest, rest):
        for _, fault in faults_of(row):
            assert fault.message
            assert fault.hint
