"""One prompt and its completion: Titan Text, Llama 2 and 3.1, Cohere Command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.record import Record
from runner.sample import Sample
from runner.text.line import system_of, text_of


def prompt_completion(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line `{"prompt": …, "completion": …}`.

    The format has no place for a system text: it is put in front of the prompt, with an empty line between.

    `system`: system text of every record that has none of its own.
    """
    said, prompt = system_of(record, system), text_of(record, "prompt")
    return {
        "prompt": f"{said}\n\n{prompt}" if said else prompt,
        "completion": text_of(record, "completion"),
    }


def sample(row: Mapping[str, Any]) -> Sample:
    """The line as a user's turn and the answer; a system text cannot be told from the prompt any more."""
    return Sample("", (("user", row["prompt"]), ("assistant", row["completion"])))
