"""A checked recipe as frozen values: what every stage after `check` works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """A labelled plug-in of a recipe: a source, a step, the format or the executor."""

    label: str
    kind: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Split:
    """`validation`: share (0 to 1, exclusive) or number of records; `train_records`: None is all."""

    validation: float | int
    train_records: int | None
    seed: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits in US dollars; None is no limit."""

    max_usd: Decimal | None
    max_usd_per_sweep: Decimal | None
    accept_unknown_prices: bool


@dataclass(frozen=True, slots=True)
class Recipe:
    """One customization job, fully resolved."""

    name: str
    description: str
    model: str
    """Canonical id of the model: `Model.id`, whatever alias the file used."""
    method: str
    region: str | None
    sources: tuple[Part, ...]
    steps: tuple[Part, ...]
    format: Part
    """`kind` is the model's own format unless the recipe names one."""
    split: Split
    hyperparameters: Mapping[str, int | float | str]
    budget: Budget
    executor: Part
    file: Path
    """The recipe file, absolute."""
    root: Path
    """The project folder: relative data paths start here, `runs/` and `.runner/` live here."""
    overrides: tuple[str, ...]
    config: Mapping[str, Any]
    """The composed, resolved mapping the values above were made from."""
    trusted_paths: frozenset[str]
    """Dotted paths whose values were written on the command line: they may name any file."""
    data_roots: tuple[Path, ...]
    """Folders that files named by the recipe must lie in, `root` first."""
