"""The record formats that hold more than text: images with captions, chats with a reference answer."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from runner.errors import RunnerError
from runner.plugins import load, module_constant
from runner.record import Record
from runner.resources import shipped
from runner.sample import Sample


def record(meta: dict[str, Any] | None = None, **fields: str) -> Record:
    """One record."""
    return Record("set/0", fields, meta or {}, "set/0")


def checked(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row, once it has passed the schema of its line."""
    schema = json.loads((shipped("schemas") / "records" / f"{name}.json").read_bytes())
    jsonschema.validate(row, schema, cls=jsonschema.Draft202012Validator)
    return row


def test_an_image_and_its_caption() -> None:
    """The prompt is the caption; the image is a mapped column."""
    row = load("formats", "image_caption")(record({"image": "s3://pictures/1.png"}, prompt="赤いバス"))
    assert checked("image_caption", row) == {"image-ref": "s3://pictures/1.png", "caption": "赤いバス"}
    inverse: Any = module_constant("formats", "image_caption", "sample", None)
    assert inverse(row) == Sample("", (("text", "赤いバス"),))


@pytest.mark.parametrize("meta", [{}, {"image": ""}, {"image": 3}])
def test_a_record_without_an_image_is_refused(meta: dict[str, Any]) -> None:
    """No line is written that the service would refuse."""
    with pytest.raises(RunnerError, match="has no image"):
        load("formats", "image_caption")(record(meta, prompt="a bus"))


def test_a_chat_for_a_grader() -> None:
    """System text and prompt are turns; the answer goes to the grader, like every other mapped column."""
    row = load("formats", "openai_chat")(
        record({"difficulty": "easy"}, system="短く", prompt="2 + 3?", completion="5")
    )
    assert checked("openai_chat", row) == {
        "messages": [{"role": "system", "content": "短く"}, {"role": "user", "content": "2 + 3?"}],
        "reference_answer": "5",
        "difficulty": "easy",
    }
    inverse: Any = module_constant("formats", "openai_chat", "sample", None)
    assert inverse(row) == Sample("短く", (("user", "2 + 3?"), ("assistant", "5")))


def test_a_reference_answer_may_be_any_json() -> None:
    """A mapped column keeps its value as it is."""
    row = load("formats", "openai_chat")(record({"reference_answer": {"sum": 5}}, prompt="2 + 3?"))
    assert checked("openai_chat", row)["reference_answer"] == {"sum": 5}
