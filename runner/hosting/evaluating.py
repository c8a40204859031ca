"""Base and custom model on the same held-out questions: asked, scored, judged, written beside the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runner.bedrock.cloud import Cloud
from runner.hosting import judging
from runner.hosting.asking import Answer, converse
from runner.hosting.held_out import Question
from runner.hosting.prices import Price, token_prices, tokens_usd
from runner.hosting.scoring import scores
from runner.hosting.target import Target, model_of_base
from runner.model import Model, load_model
from runner.planning.money import plain, total

JUDGE_TOKENS = 40
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One model that is asked: `base`, `custom` or `judge`."""

    name: str
    model: str
    """What Converse takes."""
    prices: Mapping[str, Price]


def sides(target: Target, endpoint: str, judge: str) -> list[Side]:
    """Who is asked. An imported model has no base on Bedrock to be compared with."""
    found = []
    if target.base is not None and target.kind == "custom-model":
        base = str(target.base.data["identifiers"].get("inference") or target.base.id)
        found.append(Side("base", base, token_prices(target.base, target.region, custom=False)))
    found.append(Side("custom", endpoint, token_prices(target.base, target.region, custom=True)))
    if judge:
        found.append(Side("judge", judge, token_prices(_known(judge), target.region, custom=False)))
    return found


def estimate(asked: Sequence[Side], input_tokens: int, number: int, max_tokens: int) -> Decimal | None:
    """The most that it may cost; None where a price is unknown. `input_tokens`: of all questions together."""
    parts: list[Decimal | None] = []
    answered = sum(side.name != "judge" for side in asked)
    for side in asked:
        read, written = input_tokens, number * max_tokens
        if side.name == "judge":
            # It reads question, reference and answer of every side, and the form that it is asked in.
            read = answered * (2 * input_tokens + number * (max_tokens + 250))
            written = answered * number * JUDGE_TOKENS
        parts += [tokens_usd(side.prices["input"], read), tokens_usd(side.prices["output"], written)]
    known = [part for part in parts if part is not None]
    return total(known) if len(known) == len(parts) else None


def evaluate(
    cloud: Cloud,
    asked: Sequence[Side],
    questions: Sequence[Question],
    max_tokens: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """The content of `evaluation.json`. Errors: `RunnerError` from the first call that fails."""
    answers: dict[str, list[Answer]] = {}
    judge = next((side for side in asked if side.name == "judge"), None)
    for side in asked:
        if side is not judge:
            say(f"asking {side.name} {side.model}: {len(questions)} questions")
            answers[side.name] = [
                converse(cloud, side.model, one.messages, system=one.system, max_tokens=max_tokens)
                for one in questions
            ]
    references = [one.reference for one in questions]
    result: dict[str, Any] = {
        "records": len(questions),
        "synthetic": bool(cloud.simulator),
        "models": {side.name: side.model for side in asked},
        "scores": {name: scores([one.text for one in said], references) for name, said in answers.items()},
        "judge": {},
        "tokens": {name: _tokens(said) for name, said in answers.items()},
    }
    if judge is not None:
        for name, said in answers.items():
            say(f"judging {name} by {judge.model}")
            graded = [_judged(cloud, judge, one, answer) for one, answer in zip(questions, said, strict=True)]
            result["judge"][name] = judging.summary([judging.verdict(grade) for grade in graded])
            result["tokens"][f"judge of {name}"] = _tokens(graded)
    result["usd"] = _paid(asked, result["tokens"], bool(cloud.simulator))
    result["samples"] = [
        {
            "prompt": one.prompt,
            "reference": one.reference,
            **{name: said[number].text for name, said in answers.items()},
        }
        for number, one in enumerate(questions[:_SHOWN])
    ]
    return result


def _judged(cloud: Cloud, judge: Side, question: Question, answer: Answer) -> Answer:
    text = judging.prompt(question.prompt, question.reference, answer.text)
    message = {"role": "user", "content": [{"text": text}]}
    return converse(cloud, judge.model, [message], system=[{"text": judging.SYSTEM}], max_tokens=JUDGE_TOKENS)


def _tokens(said: Sequence[Answer]) -> dict[str, int]:
    return {
        "input": sum(one.input_tokens for one in said),
        "output": sum(one.output_tokens for one in said),
    }


def _paid(asked: Sequence[Side], tokens: Mapping[str, Mapping[str, int]], simulated: bool) -> str | None:
    """What AWS's own token counts cost; None where a price is unknown."""
    if simulated:
        return "0"
    prices = {side.name: side.prices for side in asked}
    parts = [
        tokens_usd(prices[name.partition(" ")[0]][way], count)
        for name, used in tokens.items()
        for way, count in used.items()
    ]
    known = [part for part in parts if part is not None]
    return plain(total(known)) if len(known) == len(parts) else None


def _known(model: str) -> Model | None:
    from runner.errors import RunnerError

    try:
        return load_model(model)
    except RunnerError:
        return model_of_base(model)
