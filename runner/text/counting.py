"""The best count at hand for a model: its own tokenizer, or another one's with bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.text.own_tokenizer import OwnTokenizer, own_tokenizer
from runner.text.token_bounds import Bounds, record_bounds
from runner.text.tokens import count, tokenizer_of

if TYPE_CHECKING:
    from runner.model import Model


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts texts for one model."""

    model: Model
    name: str
    """Of the tokenizer that counts."""
    own: OwnTokenizer | None = None

    @property
    def exact(self) -> bool:
        """Whether a count is the model's own."""
        return self.own is not None or bool(self.model.data["tokens"]["tokenizer"])

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return self.own.count(texts) if self.own else count(texts, self.name)

    def bounds(self, counted: int, script: str | None = None) -> Bounds:
        """What a count of this counter is in the model's own tokenizer, for a text of that script."""
        if self.exact:
            return Bounds(counted, counted, counted)
        return record_bounds(self.model, counted, script)


def counter_for(model: Model) -> Counter:
    """The model's own tokenizer if the user has it, else the one that its estimate is based on.

    Errors: `RunnerError` when the user's file is another tokenizer.
    """
    own = own_tokenizer(model)
    return Counter(model, own.name if own else tokenizer_of(model), own)
