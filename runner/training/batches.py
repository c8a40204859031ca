"""Which records form an optimizer step, and in which pieces they pass through the model."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch

from runner.training.encode import Example


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long the training is: epochs over `records`, `batch` records a step, the last short batch kept."""

    records: int
    batch: int
    epochs: int
    seed: int

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps of one pass over the file."""
        return math.ceil(self.records / self.batch)

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole training."""
        return self.steps_per_epoch * self.epochs

    def indices(self, step: int) -> tuple[int, ...]:
        """The records of a step (from 0): a slice of the epoch's permutation."""
        epoch, place = divmod(step, self.steps_per_epoch)
        return epoch_order(self.records, self.seed, epoch)[place * self.batch : (place + 1) * self.batch]


@lru_cache(maxsize=2)
def epoch_order(count: int, seed: int, epoch: int) -> tuple[int, ...]:
    """A permutation that depends on (seed, epoch) only, on no library's random numbers."""

    def rank(index: int) -> bytes:
        return hashlib.sha256(f"{seed}:{epoch}:{index}".encode()).digest()

    return tuple(sorted(range(count), key=rank))


def micro_batches(examples: Sequence[Example], budget: int) -> list[list[Example]]:
    """The batch in pieces of at most `budget` tokens, padding counted; records of like length together.

    A record longer than the budget is a piece of its own. The sum of the losses is the same for every
    budget, up to rounding.
    """
    pieces: list[list[Example]] = []
    for example in sorted(examples, key=lambda example: len(example.tokens)):
        # Sorted, so the newest example is the longest of its piece.
        if pieces and (len(pieces[-1]) + 1) * len(example.tokens) <= budget:
            pieces[-1].append(example)
        else:
            pieces.append([example])
    return pieces


@dataclass(frozen=True, slots=True)
class Piece:
    """A micro-batch as tensors: tokens padded on the right, and where which token is to be predicted."""

    tokens: torch.Tensor
    rows: torch.Tensor
    columns: torch.Tensor
    targets: torch.Tensor

    def to(self, device: str) -> Piece:
        """The same tensors on a device."""
        return Piece(*(tensor.to(device) for tensor in (self.tokens, self.rows, self.columns, self.targets)))


def collate(examples: Sequence[Example], padding: int) -> Piece:
    """Pad and index. No attention mask is needed: padding is on the right, and no token sees what follows."""
    width = max(len(example.tokens) for example in examples)
    tokens = torch.tensor(
        [example.tokens + [padding] * (width - len(example.tokens)) for example in examples]
    )
    places = [(row, position) for row, example in enumerate(examples) for position in example.learned]
    rows, positions = torch.tensor(places).T
    return Piece(tokens, rows, positions - 1, tokens[rows, positions])
