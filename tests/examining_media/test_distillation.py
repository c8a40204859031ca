"""How other forms become prompts for distillation: the command that a finding offers does it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pictures import codes, judged

from runner.examine import examine
from runner.examining.distillation import convert_hint

ROWS: list[dict[str, Any]] = [
    {"prompt": "Why is the sky blue?", "completion": "Air scatters."},
    {"prompt": '空はなぜ\n"青い"のか'},
    {"prompt": "Why?", "completion": "Because.", "system": "Be brief."},
    {"instruction": "Sum up.", "input": "A long text.", "output": "Short."},
    {"instruction": "Sum up.", "input": "", "output": "Short."},
    {"question": "Why?", "answer": "Because."},
]


def converted(row: dict[str, Any]) -> dict[str, Any]:
    """What the offered command makes of a record."""
    jq = shutil.which("jq")
    if jq is None:
        pytest.skip("jq is not installed")
    program = convert_hint(row).partition("jq -c '")[2].partition("' FILE")[0]
    done = subprocess.run(
        [jq, "-c", program], input=json.dumps(row), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize("row", ROWS)
def test_the_offered_command_makes_a_prompt_that_is_accepted(row: dict[str, Any]) -> None:
    made = converted(row)
    faults = judged([made], format="converse", model="meta.llama3-1-8b-instruct-v1:0", method="distillation")
    assert codes(faults) == []
    texts = [turn["content"][0]["text"] for turn in made["messages"]]
    assert texts[0].startswith(row.get("prompt") or row.get("instruction") or row["question"])


NOVA, LLAMA = "amazon.nova-micro-v1:0", "meta.llama3-1-8b-instruct-v1:0"
ASK = {"role": "user", "content": [{"text": "Why is the sky blue?"}]}
SAY = {"role": "assistant", "content": [{"text": "Air scatters."}]}


def prompt(*turns: Any, **rest: Any) -> dict[str, Any]:
    """A record of a prompt file."""
    return {"schemaVersion": "bedrock-conversation-2024", **rest, "messages": list(turns)}


@pytest.mark.parametrize(
    ("record", "nova", "llama"),
    [
        (prompt(ASK), True, True),
        (prompt(ASK, SAY), True, True),
        (prompt(ASK, system=[{"text": "Be brief."}]), True, True),
        (prompt(ASK, SAY, ASK), True, False),
        (prompt(ASK, SAY, ASK, SAY), True, False),
        (prompt(SAY), False, False),
        (prompt(ASK, ASK), False, False),
        (prompt(ASK, difficulty=3), False, False),
        (prompt(ASK, system=[{"text": "Be brief."}, {"text": "Be kind."}]), False, False),
        (
            prompt({"role": "user", "content": [{"text": "What?"}, {"image": {"format": "png"}}]}),
            False,
            False,
        ),
    ],
)
def test_what_a_prompt_file_may_hold(record: dict[str, Any], nova: bool, llama: bool) -> None:
    """Several turns for Nova, one for Llama; the answer may be missing; one system text, no more keys."""
    for model, fine in ((NOVA, nova), (LLAMA, llama)):
        faults = judged([record], format="converse", model=model, method="distillation")
        assert (codes(faults) == []) is fine


@pytest.mark.parametrize(("number", "fine"), [(99, False), (100, True), (15_000, True), (15_001, False)])
def test_how_many_prompts(tmp_path: Path, number: int, fine: bool) -> None:
    file = tmp_path / "prompts.jsonl"
    rows = (prompt({"role": "user", "content": [{"text": f"What is {n}?"}]}) for n in range(number))
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert examine([str(file)], NOVA, "distillation", structure_only=True).accepted is fine


def test_nothing_is_offered_for_an_unknown_form() -> None:
    assert convert_hint({"text": "a"}) == ""
    assert convert_hint({"prompt": 7}) == ""


def test_aws_s_sample_in_prompt_and_completion_form(shared_data: Path) -> None:
    """It must be converted before a distillation job takes it; the command does that."""
    file = shared_data / "aws-examples" / "distillation-promptcompletion-first20.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 20
    assert {convert_hint(row) for row in rows} == {convert_hint(rows[0])}
    made = [converted(row) for row in rows[:3]]
    faults = judged(made, format="converse", model="amazon.nova-micro-v1:0", method="distillation")
    assert codes(faults) == []
