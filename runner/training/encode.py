"""Records of the very files as tokens: what is read, and which tokens carry loss."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import plugins
from runner.errors import RunnerError

_PREVIEW = 120
"""Characters of a plain text that are shown as a prompt; as many are asked for as an answer."""


@dataclass(frozen=True, slots=True)
class Example:
    """One record as tokens."""

    name: str
    tokens: list[int]
    learned: list[int]
    """Positions of the tokens that carry loss; never 0, for nothing predicts the first token."""
    characters: int
    """Characters of the text that carries loss."""
    prompt: str
    reference: str
    prompt_tokens: list[int]
    """What a model is shown when it is to write `reference` itself."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that is tokenised on its own, as it is when a model answers."""

    text: str
    learned: bool


def read_examples(path: Path, format: str, tokenizer: Any, method: str, limit: int | None) -> list[Example]:
    """Every record of a training file. Errors: `RunnerError` naming the records that cannot be trained on."""
    sample = plugins.module_constant("formats", format, "sample", None)
    examples, too_long = [], []
    for name, row in _rows(path):
        example = encode(name, sample(row), tokenizer, method)
        if limit is not None and len(example.tokens) > limit:
            too_long.append(example)
        examples.append(example)
    if too_long:
        raise _too_long(too_long, limit)
    return examples


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            yield f"{path.name}:{number}", json.loads(line)


def _too_long(examples: list[Example], limit: int | None) -> RunnerError:
    named = ", ".join(f"{example.name} ({len(example.tokens)} tokens)" for example in examples[:5])
    more = f" and {len(examples) - 5} more" if len(examples) > 5 else ""
    return RunnerError(
        f"longer than the {limit} tokens that the base model takes: {named}{more}; nothing is ever cut off",
        fix="lower the limit of the recipe's limit_tokens step (this base counts with its own tokenizer)",
    )


def encode(name: str, sample: Any, tokenizer: Any, method: str) -> Example:
    """One sample as tokens. Loss falls on the assistant's turns, or on everything for pre-training."""
    plain = any(role == "text" for role, _ in sample.turns)
    if plain:
        segments = [Segment("".join(text for _, text in sample.turns), True)]
    elif tokenizer.chat_template:
        segments = list(_chat(name, sample, tokenizer))
    else:
        segments = list(_concatenated(sample))
    everything = method == "continued_pre_training"
    templated = bool(tokenizer.chat_template) and not plain
    tokens = [] if templated else _start(tokenizer)
    learned: list[int] = []
    asked = 0
    for segment in segments:
        piece = _tokens(tokenizer, segment.text)
        if segment.learned:
            asked = len(tokens)
        if segment.learned or everything:
            learned += range(max(1, len(tokens)), len(tokens) + len(piece))
        tokens = tokens + piece
    if not templated and tokenizer.eos_token_id is not None:
        learned.append(len(tokens))
        tokens.append(tokenizer.eos_token_id)
    # Of the record's own text: what the template writes around it is learned, but is nobody's answer.
    characters = sum(len(text) for role, text in sample.turns if everything or role != "user")
    if not learned or not characters:
        raise RunnerError(f"{name} has no token to learn from: no answer", fix="add the step drop_empty")
    return Example(name, tokens, learned, characters, *_question(sample, tokens[:asked], tokenizer))


def _chat(name: str, sample: Any, tokenizer: Any) -> Iterator[Segment]:
    """The conversation in the base's own template; what a turn adds is its segment."""
    messages = [{"role": "system", "content": sample.system}] if sample.system else []
    messages += [{"role": role, "content": text} for role, text in sample.turns]
    render = _renderer(name, tokenizer)
    done = ""
    last = max((n for n, message in enumerate(messages) if message["role"] == "assistant"), default=-1)
    for number, message in enumerate(messages[: last + 1]):
        if message["role"] != "assistant":
            continue
        asked, answered = render(messages[:number], True), render(messages[: number + 1], False)
        if not (asked.startswith(done) and answered.startswith(asked)):
            raise RunnerError(
                f"{name}: the base's chat template rewrites earlier turns, so answers have no place",
                fix="train on single answers, or on another base",
            )
        yield Segment(asked[len(done) :], False)
        answer = answered[len(asked) :]
        # A template may write a line break after the end mark; no model has to learn that.
        end = answer.rfind(tokenizer.eos_token or "") + len(tokenizer.eos_token or "")
        cut = end if tokenizer.eos_token and tokenizer.eos_token in answer else len(answer)
        yield Segment(answer[:cut], True)
        done = asked + answer[:cut]


def _renderer(name: str, tokenizer: Any) -> Callable[[list[dict[str, str]], bool], str]:
    from jinja2 import TemplateError

    def render(messages: list[dict[str, str]], ask: bool) -> str:
        try:
            return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask))
        except TemplateError as error:
            raise RunnerError(
                f"{name}: the base's chat template refuses it: {error}",
                fix="leave out format.system, or use another base",
            ) from None

    return render


def _concatenated(sample: Any) -> Iterator[Segment]:
    """For a base without a template: the texts with a blank line between them."""
    texts = [(sample.system, False)] if sample.system else []
    texts += [(text, role == "assistant") for role, text in sample.turns]
    for number, (text, learned) in enumerate(texts):
        if number:
            yield Segment("\n\n", False)
        yield Segment(text, learned)


def _question(sample: Any, asked: list[int], tokenizer: Any) -> tuple[str, str, list[int]]:
    """The last prompt, the answer the file gives to it, and the tokens up to that answer."""
    if sample.turns[-1][0] == "text":
        text = sample.turns[-1][1]
        cut = min(_PREVIEW, len(text) // 2)
        prompt = text[:cut]
        return prompt, text[cut : cut + _PREVIEW], _start(tokenizer) + _tokens(tokenizer, prompt)
    last = max(n for n, (role, _) in enumerate(sample.turns) if role == "assistant")
    prompt = next((text for role, text in reversed(sample.turns[:last]) if role == "user"), "")
    return prompt, sample.turns[last][1], asked


def _tokens(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _start(tokenizer: Any) -> list[int]:
    """The token that this tokenizer puts before every text, if it does."""
    ids = list(tokenizer("")["input_ids"])
    return ids[:1] if ids and ids[0] == tokenizer.bos_token_id else []
