"""Does the recipe name any data?"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.finding import Finding
from runner.model import Model


def has_sources(composed: Composed, _model: Model | None) -> Iterator[Finding]:
    """Look for at least one source.

    `R119`: `sources` is empty: there is nothing to train on.
    """
    if composed.mapping.get("sources") == {} and composed.complete:
        fields = "{prompt: question, completion: answer}"
        example = f"sources: {{faq: {{kind: files, path: data/faq.jsonl, fields: {fields}}}}}"
        yield composed.finding(
            "sources",
            "R119",
            "the recipe has no sources: there is nothing to train on",
            fix=f"add one: {example}",
        )
