"""`runner validate --data --count-tokens`: a sample of the files, counted by the model's own tokenizer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from runner import plugins
from runner.aws.connection import Connection
from runner.planning.own_counts import Chosen, counted_by_own, evenly, text_of
from runner.text.token_bounds import script_of
from runner.text.tokens import count, tokenizer_of

if TYPE_CHECKING:
    from runner.model import Method, Model
    from runner.sample import Sample

_READ = 4 * 1024 * 1024
"""Bytes of the first file that the sample is taken from."""


def narrowed_by(words: Sequence[str]) -> Callable[[Model, Method], Model]:
    """From a model and method to the model with the bounds that the first of the files shows."""

    def narrowed(model: Model, method: Method) -> Model:
        samples = list(_samples(words, method.format))
        region = method.regions[0] if method.regions else None

        def choose(most: int) -> list[Chosen]:
            numbers = evenly([len(text_of(sample)) for sample in samples], most)
            texts = [text_of(samples[number]) for number in numbers]
            counted = count(texts, tokenizer_of(model))
            return [
                Chosen(samples[number], tokens, script_of(text))
                for number, text, tokens in zip(numbers, texts, counted, strict=True)
            ]

        found = counted_by_own(model, choose, lambda: Connection(region).client("bedrock-runtime"))
        print(found.said, file=sys.stderr)
        return found.model

    return narrowed


def _samples(words: Sequence[str], format: str) -> Iterator[Sample]:
    """The records that can be read: what is wrong with the others is the examination's to say."""
    from runner.examining.inputs import named_files, opened

    read: Callable[[Any], Sample] = plugins.module_constant("formats", format, "sample", None)
    with opened(named_files(words, "train")[0]) as blocks:
        content = b""
        for block in blocks:
            content += block
            if len(content) > _READ:
                content = content[: content.rfind(b"\n") + 1]
                break
    for line in content.splitlines():
        try:
            sample = read(json.loads(line))
            text_of(sample).encode()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        yield sample
