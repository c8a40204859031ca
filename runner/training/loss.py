"""The loss of a micro-batch, computed only where a token is to be learned."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch.nn import functional

from runner.training.batches import Piece


@contextlib.contextmanager
def head_at(head: torch.nn.Module, rows: torch.Tensor, columns: torch.Tensor) -> Iterator[None]:
    """Within the block the LM head sees only these positions: the vocabulary is wide, the prompt is long.

    A hook on the head keeps whatever the architecture does with its logits afterwards (scaling, soft caps).
    """

    def select(_head: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return (inputs[0][rows, columns], *inputs[1:])

    handle = head.register_forward_pre_hook(select)
    try:
        yield
    finally:
        handle.remove()


def summed_loss(model: Any, piece: Piece, precision: str) -> torch.Tensor:
    """Sum of the cross-entropies, in nats, over the tokens to be learned."""
    # Opened here and not left to a trainer: a wrapped forward can skip autocast without a word.
    autocast = torch.autocast(piece.tokens.device.type, dtype=torch.bfloat16, enabled=precision == "bf16")
    with autocast, head_at(model.get_output_embeddings(), piece.rows, piece.columns):
        logits = model(input_ids=piece.tokens, use_cache=False).logits
    return functional.cross_entropy(logits.float(), piece.targets, reduction="sum")
