"""OpenAI's chat form with a reference answer: reinforcement fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.record import Record
from runner.sample import Sample
from runner.text.line import system_of, text_of

_OURS = ("messages", "reference_answer")


def openai_chat(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line with `messages` (an optional system turn, the prompt) and the `reference_answer` of the grader.

    The answer is the record's `completion`, or a column that the source maps to `reference_answer`, which may
    hold any JSON. Other mapped columns become further keys: they reach the grader as metadata.

    `system`: system text of every record that has none of its own.
    """
    said, prompt = system_of(record, system), text_of(record, "prompt")
    messages = [{"role": "system", "content": said}] if said else []
    line: dict[str, Any] = {"messages": [*messages, {"role": "user", "content": prompt}]}
    if "completion" in record.fields:
        line["reference_answer"] = text_of(record, "completion")
    elif record.meta.get("reference_answer") is not None:
        line["reference_answer"] = record.meta["reference_answer"]
    return {**line, **{name: value for name, value in record.meta.items() if name not in _OURS}}


def sample(row: Mapping[str, Any]) -> Sample:
    """The line as turns; a reference answer that is text stands for the answer."""
    turns = [(turn["role"], turn["content"]) for turn in row["messages"]]
    system = "".join(text for role, text in turns if role == "system")
    answer = row.get("reference_answer")
    known = [("assistant", answer)] if isinstance(answer, str) else []
    return Sample(system, (*(turn for turn in turns if turn[0] != "system"), *known))
