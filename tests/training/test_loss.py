"""The loss: the plain library's number, computed only where something is learned, in pieces of any size."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROWS = [
    {"prompt": "二足す二は?", "completion": "四です。"},
    {"prompt": "Say hello to everybody in this room", "completion": "hello"},
    {"prompt": "x", "completion": "a rather longer answer than the others have"},
    {"prompt": "y" * 40, "completion": "z"},
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The tiny model and its tokenizer, loaded from its folder."""
    folder = tmp_path_factory.mktemp("tiny")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' own, at import
        from transformers import AutoModelForCausalLM, AutoTokenizer

        from runner.training.tiny import make_tiny

        make_tiny(folder, 0)
        return AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def examples(
    tiny: Any, tmp_path: Path, format: str = "prompt_completion", rows: Any = None, **kw: Any
) -> Any:
    """Rows of a training file as the trainer reads them."""
    from runner.training.encode import read_examples

    file = tmp_path / "train.jsonl"
    file.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows or ROWS), encoding="utf-8"
    )
    method = kw.get("method", "fine_tuning")
    return read_examples(file, format, tiny[1], method, 2048)


def own_loss(model: Any, parts: Any, budget: int) -> tuple[float, int]:
    """Summed loss in pieces, and the number of learned tokens."""
    from runner.training.batches import collate, micro_batches
    from runner.training.loss import summed_loss

    pieces = [collate(piece, 0) for piece in micro_batches(parts, budget)]
    return sum(summed_loss(model, piece, "fp32").item() for piece in pieces), sum(
        len(p.targets) for p in pieces
    )


def plain_loss(model: Any, parts: Any) -> float:
    """The library's own loss, one record at a time, with the prompt masked out."""
    import torch

    total = 0.0
    for part in parts:
        tokens = torch.tensor([part.tokens])
        labels = torch.full_like(tokens, -100)
        labels[0, part.learned] = tokens[0, part.learned]
        total += model(input_ids=tokens, labels=labels).loss.item() * len(part.learned)
    return total


def test_the_loss_is_the_plain_librarys_over_the_completion(tiny: Any, tmp_path: Path) -> None:
    """Head at the completion, no attention mask, right padding: the same number as without any of it."""
    parts = examples(tiny, tmp_path)
    total, count = own_loss(tiny[0], parts, 10_000)
    assert total == pytest.approx(plain_loss(tiny[0], parts), rel=1e-5)
    assert count == sum(len(part.learned) for part in parts)


@pytest.mark.parametrize("budget", [1, 64, 200, 1024])
def test_the_budget_changes_rounding_only(tiny: Any, tmp_path: Path, budget: int) -> None:
    """Pieces of any size add up to the same loss."""
    parts = examples(tiny, tmp_path)
    assert own_loss(tiny[0], parts, budget)[0] == pytest.approx(own_loss(tiny[0], parts, 10_000)[0], rel=1e-5)


def test_only_the_answer_and_its_end_mark_are_learned(tiny: Any, tmp_path: Path) -> None:
    """The learned tokens spell the completion; the prompt's tokens are those of a real question."""
    tokenizer = tiny[1]
    for part, row in zip(examples(tiny, tmp_path), ROWS, strict=True):
        assert tokenizer.decode([part.tokens[n] for n in part.learned]) == row["completion"] + "<|im_end|>"
        question = [{"role": "user", "content": row["prompt"]}]
        asked = tokenizer.apply_chat_template(question, tokenize=False, add_generation_prompt=True)
        assert part.prompt_tokens == tokenizer(asked)["input_ids"]
        assert part.tokens[: part.learned[0]] == part.prompt_tokens


def test_pre_training_learns_every_token_but_the_first(tiny: Any, tmp_path: Path) -> None:
    """Nothing predicts the first token; the end mark is learned."""
    rows = [{"input": "吾輩は猫である。"}]
    (part,) = examples(tiny, tmp_path, "input_text", rows, method="continued_pre_training")
    assert part.learned == list(range(1, len(part.tokens)))
    assert part.tokens[-1] == tiny[1].eos_token_id
    assert own_loss(tiny[0], [part], 9)[0] == pytest.approx(plain_loss(tiny[0], [part]), rel=1e-5)


def test_every_answer_of_a_conversation_is_learned(tiny: Any) -> None:
    """Two turns, two learned stretches; the system text and the questions are not."""
    from runner.sample import Sample
    from runner.training.encode import encode

    turns = (("user", "一?"), ("assistant", "いち"), ("user", "二?"), ("assistant", "に"))
    part = encode("chat:1", Sample("丁寧に", turns), tiny[1], "fine_tuning")
    assert tiny[1].decode([part.tokens[n] for n in part.learned]) == "いち<|im_end|>に<|im_end|>"
    messages = [{"role": "system", "content": "丁寧に"}] + [{"role": r, "content": t} for r, t in turns]
    assert tiny[1].decode(part.tokens) + "\n" == tiny[1].apply_chat_template(messages, tokenize=False)
    assert (part.prompt, part.reference) == ("二?", "に")


@pytest.mark.usefixtures("tiny")
def test_a_base_without_a_template_gets_plain_text() -> None:
    """Texts with a blank line between them, then the end mark; the answer alone is learned."""
    from runner.sample import Sample
    from runner.training.encode import encode
    from runner.training.tiny import byte_tokenizer

    tokenizer = byte_tokenizer()
    tokenizer.chat_template = None
    part = encode("plain:1", Sample("", (("user", "問い"), ("assistant", "答え"))), tokenizer, "fine_tuning")
    assert tokenizer.decode(part.tokens) == "問い\n\n答え<|im_end|>"
    assert tokenizer.decode([part.tokens[n] for n in part.learned]) == "答え<|im_end|>"


def test_a_record_with_nothing_to_learn_is_an_error(tiny: Any, tmp_path: Path) -> None:
    """An empty answer is named, never skipped."""
    from runner.errors import RunnerError

    with pytest.raises(RunnerError, match=r"train\.jsonl:2 "):
        examples(tiny, tmp_path, rows=[ROWS[0], {"prompt": "x", "completion": ""}])


def test_answers_do_not_depend_on_the_batch(tiny: Any, tmp_path: Path) -> None:
    """Left padding and the key-value cache change nothing: each record alone gets the same answer."""
    from runner.training.evaluate import answers
    from runner.training.watch import Watch

    parts = examples(tiny, tmp_path)
    import os

    settings: Any = {"length": 8, "precision": "fp32", "watch": Watch(os.getppid())}
    together = answers(tiny[0], tiny[1], parts, **settings)
    assert together == [answers(tiny[0], tiny[1], [part], **settings)[0] for part in parts]


def test_the_quick_lora_layer_computes_what_pefts_does(tiny: Any, tmp_path: Path) -> None:
    """Same loss and same gradients, up to rounding, with matrices that have already learned something."""
    import copy

    import torch

    from runner.training.adapters import make_trainable
    from runner.training.batches import collate
    from runner.training.loss import summed_loss
    from runner.training.low_rank import speed_up

    adapter = {"kind": "lora", "rank": 4, "alpha": 8, "dropout": 0.0, "targets": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PEFT asks transformers for a name it has deprecated
        slow = make_trainable(copy.deepcopy(tiny[0]), adapter)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in slow.parameters():
            if weight.requires_grad:
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.05)
    quick = copy.deepcopy(slow)
    speed_up(quick)
    piece = collate(examples(tiny, tmp_path), 0)
    results = []
    for model in (slow, quick):
        loss = summed_loss(model, piece, "fp32")
        loss.backward()
        gradients = {name: w.grad for name, w in model.named_parameters() if w.requires_grad}
        results.append((loss.item(), gradients))
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-5)
    assert results[0][1].keys() == results[1][1].keys()
    for name, gradient in results[0][1].items():
        torch.testing.assert_close(results[1][1][name], gradient, rtol=1e-3, atol=1e-4)
