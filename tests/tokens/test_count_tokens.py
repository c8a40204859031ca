"""`--count-tokens`: a sample of the records counted by Bedrock's CountTokens or the user's own tokenizer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from plan.plan_project import make_project

from runner.check import check
from runner.dataset import Dataset, build
from runner.errors import RunnerError
from runner.model import load_model
from runner.planning.own_counts import (
    ASKED,
    Chosen,
    count_tokens,
    evenly,
    narrowed,
    sample_of,
    with_own_counts,
)
from runner.sample import Sample
from runner.text.token_bounds import record_factors

if TYPE_CHECKING:
    from runner.simulator.running import Simulator

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"


@pytest.fixture
def built(tmp_path: Path) -> Dataset:
    """Sixty English records."""
    checked = check(make_project(tmp_path))
    return build(checked.recipe, checked.model)


def test_the_sample_is_the_same_every_time_and_has_the_longest(built: Dataset) -> None:
    """Evenly through the lengths."""
    first, second = (list(sample_of(built, "converse", ASKED)) for _ in range(2))
    assert first == second
    assert len(first) == ASKED
    assert max(one.tokens for one in first) == built.manifest["tokens"]["train"]["max"]
    assert evenly([5, 1, 9, 7], 2) == [2, 1]
    assert evenly([5, 1], 9) == [0, 1]


def test_count_tokens_narrows_the_bounds(built: Dataset, simulator: Simulator) -> None:
    """One request a record; the script's bounds become those of the sample, the others stay."""
    haiku = load_model(HAIKU)
    client = simulator.connection("us-west-2").client
    found = with_own_counts(haiku, built, lambda: client("bedrock-runtime"))
    assert [name for name in simulator.calls if name.endswith("CountTokens")].__len__() == ASKED
    before, after = (model.data["tokens"]["estimate"]["scripts"]["latin"] for model in (haiku, found.model))
    assert after["total"]["high"] - after["total"]["low"] < before["total"]["high"] - before["total"]["low"]
    assert found.model.data["tokens"]["estimate"]["scripts"]["japanese"]
    assert found.model.digest == haiku.digest
    assert f"CountTokens of Amazon Bedrock counted {ASKED} records" in found.said


def test_a_sample_is_no_bound_of_the_records_that_were_not_asked_about() -> None:
    """Its extremes are widened by its spread, and never beyond what was known before."""
    haiku = load_model(HAIKU)
    chosen = [Chosen(Sample("", (("user", "hello"),)), 100, "latin")] * 3

    def records(*counted: int) -> tuple[float, float]:
        found = narrowed(haiku, chosen, counted).data["tokens"]["estimate"]["scripts"]["latin"]["record"]
        return found["low"], found["high"]

    before = record_factors(haiku, "latin")
    assert records(100, 100, 100) == (1, 1)
    assert records(98, 100, 102) == (0.94, 1.06)
    assert records(80, 100, 120) == (before.low, before.high)
    assert records(10, 100, 900) == (0.1, 9)


def test_a_model_that_it_does_not_take(built: Dataset, simulator: Simulator) -> None:
    """A sentence with what was known before and what to do; one request, not twenty."""
    client = simulator.connection("us-east-1").client
    with pytest.raises(
        RunnerError, match="CountTokens does not take Nova Micro; known before: Alchemy"
    ) as caught:
        with_own_counts(load_model("amazon.nova-micro-v1:0"), built, lambda: client("bedrock-runtime"))
    assert "plan without --count-tokens" in caught.value.fix
    assert len(simulator.calls) == 1
    with pytest.raises(RunnerError, match=r"does not take Llama 3\.3 70B") as caught:
        with_own_counts(load_model("llama-3.3-70b"), built, lambda: client("bedrock-runtime"))
    assert "tokenizers/llama3/" in caught.value.fix


def test_other_refusals_are_explained(simulator: Simulator) -> None:
    """No traceback of boto3's."""
    simulator.fault("CountTokens", "access denied")
    ask = count_tokens(simulator.connection("us-west-2").client("bedrock-runtime"), load_model(HAIKU))
    with pytest.raises(RunnerError, match="counting tokens for anthropic"):
        ask(Sample("", (("user", "hello"),)))


def test_what_is_sent(simulator: Simulator) -> None:
    """System text, turns and plain text as Converse takes them."""
    ask = count_tokens(simulator.connection("us-west-2").client("bedrock-runtime"), load_model(HAIKU))
    assert ask(Sample("be kind", (("user", "abc"), ("assistant", "def")))) == 5 + 2 * 4
    assert ask(Sample("", (("text", "abc"),))) == 1 + 4


def plan(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`runner plan` in a process of its own."""
    command = [sys.executable, "-m", "runner", "plan", "recipes/tone.yaml", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120
    )


def test_the_command_asks_only_when_told(tmp_path: Path, simulator: Simulator) -> None:
    """Claude 3 Haiku has ended: its plan has errors, and is narrower all the same."""
    make_project(tmp_path)
    overrides = (f"model={HAIKU}", "region=us-west-2", "~hyperparameters.epochCount")
    there = {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": simulator.url,
        "AWS_ACCESS_KEY_ID": "made",
        "AWS_SECRET_ACCESS_KEY": "made",
    }
    plan(tmp_path, *overrides, **there)
    assert simulator.calls == []
    done = plan(tmp_path, *overrides, "--count-tokens", **there)
    assert len(simulator.calls) == ASKED
    assert "CountTokens of Amazon Bedrock counted 20 records" in done.stderr
    saved = plan(tmp_path, *overrides, "--count-tokens", "-o", "plan.json")
    assert saved.returncode == 1
    assert "save it without --count-tokens" in saved.stderr
    offline = plan(tmp_path, *overrides, "--count-tokens", "--offline")
    assert offline.returncode == 1
    assert "leave out --offline" in offline.stderr


def test_validate_data_counts_a_sample(tmp_path: Path, simulator: Simulator) -> None:
    """Files that no recipe built; a broken line is no reason to stop."""
    turn = '{{"role": "{}", "content": "{}"}}'
    lines = [
        '{"messages": ['
        + turn.format("user", "word " * n)
        + ", "
        + turn.format("assistant", "yes " * n)
        + "]}"
        for n in range(10, 60)
    ]
    (tmp_path / "train.jsonl").write_text("\n".join(["{broken", *lines]) + "\n")
    words = [
        "validate",
        "--data",
        "train.jsonl",
        "--model",
        HAIKU,
        "--method",
        "fine_tuning",
        "--count-tokens",
    ]
    there = {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": simulator.url,
        "AWS_ACCESS_KEY_ID": "made",
        "AWS_SECRET_ACCESS_KEY": "made",
    }
    done = subprocess.run(
        [sys.executable, "-m", "runner", *words],
        cwd=tmp_path, capture_output=True, text=True, env={**os.environ, **there}, timeout=120,
    )  # fmt: skip
    assert "CountTokens of Amazon Bedrock counted 20 records" in done.stderr
    assert len(simulator.calls) == ASKED
    assert "train.jsonl:1" in done.stderr


def test_models_of_this_machine_are_not_asked_about(built: Dataset) -> None:
    """CountTokens knows only Bedrock's."""
    with pytest.raises(RunnerError, match="counts for models on Bedrock"):
        with_own_counts(load_model("smollm2-135m-instruct"), built, lambda: None)
