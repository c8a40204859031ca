"""How good a model is on records it has not learned from: loss, bits per character, own answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from runner.training.batches import collate, micro_batches
from runner.training.encode import Example
from runner.training.loss import summed_loss
from runner.training.watch import Watch


def validate(
    model: Any, examples: Sequence[Example], *, padding: int, budget: int, precision: str, watch: Watch
) -> dict[str, float]:
    """Mean loss over all tokens that carry loss, its perplexity, and bits per character of the answers."""
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for piece in micro_batches(examples, budget):
            watch.check()
            batch = collate(piece, padding).to(model.device.type)
            total += summed_loss(model, batch, precision).item()
            count += len(batch.targets)
    model.train()
    loss = total / count
    return {
        "validation_loss": loss,
        "perplexity": math.exp(min(loss, 700.0)),
        "bits_per_character": total / math.log(2) / sum(example.characters for example in examples),
    }


def answers(
    model: Any, tokenizer: Any, examples: Sequence[Example], *, length: int, precision: str, watch: Watch
) -> list[str]:
    """The model's own greedy answers, at most `length` tokens each, all prompts in one batch."""
    if not examples:
        return []
    model.eval()
    width = max(len(example.prompt_tokens) for example in examples)
    padding = padding_token(tokenizer)
    rows = [[padding] * (width - len(example.prompt_tokens)) + example.prompt_tokens for example in examples]
    device = model.device.type
    tokens = torch.tensor(rows, device=device)
    seen = torch.tensor([[0] * (width - len(e.prompt_tokens)) + [1] * len(e.prompt_tokens) for e in examples])
    autocast = torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16")
    with torch.no_grad(), autocast:
        written = _greedy(model, tokens, seen.to(device), length, _ends(model, tokenizer), watch)
    model.train()
    return [tokenizer.decode(row, skip_special_tokens=True) for row in written]


def _greedy(
    model: Any, tokens: torch.Tensor, seen: torch.Tensor, length: int, ends: frozenset[int], watch: Watch
) -> list[list[int]]:
    written: list[list[int]] = [[] for _ in tokens]
    open_rows = set(range(len(tokens)))
    cache = None
    positions = (seen.cumsum(1) - 1).clamp(min=0)
    for _ in range(length):
        watch.check()
        output = model(
            input_ids=tokens,
            attention_mask=seen,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        cache = output.past_key_values
        tokens = output.logits[:, -1].argmax(-1, keepdim=True)
        for row in sorted(open_rows):
            token = int(tokens[row])
            if token in ends:
                open_rows.discard(row)
            else:
                written[row].append(token)
        if not open_rows:
            break
        seen = torch.cat([seen, seen.new_ones(len(seen), 1)], dim=1)
        positions = positions[:, -1:] + 1
    return written


def padding_token(tokenizer: Any) -> int:
    """Any token will do: what stands at padded places is never looked at."""
    return next((t for t in (tokenizer.pad_token_id, tokenizer.eos_token_id) if t is not None), 0)


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    stated = getattr(model.generation_config, "eos_token_id", None)
    ends = stated if isinstance(stated, list) else [stated]
    return frozenset(token for token in (*ends, tokenizer.eos_token_id) if token is not None)


def chrf(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Character n-gram score (0 to 100): needs no word boundaries, so it is fair to Japanese."""
    from sacrebleu.metrics.chrf import CHRF

    return float(CHRF().corpus_score(list(hypotheses), [list(references)]).score)
