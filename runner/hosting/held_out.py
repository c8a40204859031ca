"""Held-out records as questions for Converse: what was asked, and the answer that stands in the data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.model import Model
from runner.text.counting import counter_for


@dataclass(frozen=True, slots=True)
class Question:
    """One conversation up to its last answer, and that answer."""

    messages: tuple[Mapping[str, Any], ...]
    system: tuple[Mapping[str, Any], ...]
    reference: str

    @property
    def prompt(self) -> str:
        """The last thing the user says."""
        return _text(self.messages[-1]["content"])


def questions(file: Path, number: int) -> list[Question]:
    """The first records of `validation.jsonl`. Errors: `RunnerError` when it holds none that can be asked."""
    if not file.exists():
        raise RunnerError(
            f"there is no {file}", fix="set split.validation, so that some records are held out"
        )
    with file.open(encoding="utf-8") as handle:
        found = list(islice(_asked(handle), number))
    if not found:
        raise RunnerError(
            f"{file} holds no questions with answers",
            fix="text without answers has nothing to be compared with",
        )
    return found


def input_tokens(asked: Sequence[Question], base: Model | None) -> int:
    """Tokens of all questions together, at most: what is sent is counted, whatever `dataset.json` says.

    The references are in it: a judge reads them too.
    """
    texts = [json.dumps([one.messages, one.system, one.reference], ensure_ascii=False) for one in asked]
    if base is None:
        return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)  # a token is a byte or more
    counter = counter_for(base)
    return int(sum(counter.bounds(number).high for number in counter.count(texts))) + 1


def _asked(lines: Iterator[str]) -> Iterator[Question]:
    for line in lines:
        record = json.loads(line)
        if not isinstance(record, dict):
            continue
        if "messages" in record:
            question = _conversation(record)
        elif "prompt" in record and "completion" in record:
            user = {"role": "user", "content": [{"text": str(record["prompt"])}]}
            system = record.get("system")
            question = Question((user,), ({"text": system},) if system else (), str(record["completion"]))
        else:
            continue
        if question.messages and question.reference:
            yield question


def _conversation(record: Mapping[str, Any]) -> Question:
    turns = [{"role": turn["role"], "content": _blocks(turn["content"])} for turn in record["messages"]]
    system = [block for turn in turns if turn["role"] == "system" for block in turn["content"]]
    stated = record.get("system") or []
    system += [{"text": stated}] if isinstance(stated, str) else list(stated)
    said = [turn for turn in turns if turn["role"] != "system"]
    if not said or said[-1]["role"] != "assistant":
        return Question((), (), "")
    return Question(tuple(said[:-1]), tuple(system), _text(said[-1]["content"]))


def _blocks(content: Any) -> list[Any]:
    return [{"text": content}] if isinstance(content, str) else list(content)


def _text(content: Any) -> str:
    return "".join(str(block.get("text", "")) for block in content)
