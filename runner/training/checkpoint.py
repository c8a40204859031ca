"""The state of a training between two steps, as one file that is whole or absent."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch

from runner.atomic import replacing
from runner.training.adapters import restore_weights, trained_weights
from runner.training.job import TrainingJob

_FILE = "checkpoint.pt"


@dataclass(slots=True)
class State:
    """How far the training is. Grows step by step; the only changing value of the loop."""

    step: int = 0
    """Optimizer steps done."""
    evaluations: int = 0
    """Validations done: the one before the training, then one an epoch."""
    metrics_bytes: int = 0
    """Length of `metrics.jsonl` at this point: what a killed process wrote after it is cut off."""
    tokens: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    validations: list[dict[str, float]] = field(default_factory=list)
    answers_before: list[str] | None = None
    best: int | None = None
    """Index into `validations` of the weights that early stopping keeps."""
    stopped_early: bool = False


@dataclass(frozen=True, slots=True)
class Trainable:
    """What a checkpoint restores: model, optimizer and, with early stopping, the best weights so far."""

    model: Any
    optimizer: torch.optim.Optimizer
    best_weights: dict[str, torch.Tensor]

    @property
    def weights(self) -> list[torch.Tensor]:
        """The weights that learn."""
        return [weight for weight in self.model.parameters() if weight.requires_grad]

    def keep_best(self) -> None:
        """Remember the weights as they are now."""
        self.best_weights.update(
            {name: weight.clone() for name, weight in trained_weights(self.model).items()}
        )


def random_state() -> dict[str, Any]:
    """The state of torch's random numbers (dropout draws them)."""
    state = {"cpu": torch.get_rng_state()}
    return state | ({"cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else {})


def restore_random(state: dict[str, Any]) -> None:
    """The inverse of `random_state`."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"])


def seed_everything(seed: int) -> None:
    """The start of every random number that the training draws."""
    torch.manual_seed(seed)


def save(job: TrainingJob, state: State, parts: Trainable, rng: dict[str, Any]) -> None:
    """Write the checkpoint. `rng` is that of the last whole step, also when a half step was thrown away."""
    content = {
        "job": job.digest,
        "state": asdict(state),
        "weights": trained_weights(parts.model),
        "best": parts.best_weights,
        "optimizer": parts.optimizer.state_dict(),
        "rng": rng,
    }
    with replacing(job.folder / _FILE) as handle:
        torch.save(content, handle)


def load(job: TrainingJob, parts: Trainable) -> tuple[State, dict[str, Any]] | None:
    """Put a saved state back; None if there is none, or if it belongs to another job."""
    path = job.folder / _FILE
    if not path.exists():
        return None
    # weights_only: a checkpoint is data; nothing in it may run.
    content = torch.load(path, map_location="cpu", weights_only=True)
    if content["job"] != job.digest:
        return None
    restore_weights(parts.model, content["weights"])
    parts.optimizer.load_state_dict(content["optimizer"])
    parts.best_weights.update(content["best"])
    return State(**content["state"]), content["rng"]


def remove(job: TrainingJob) -> None:
    """The training is complete: its results say more than its checkpoint."""
    (job.folder / _FILE).unlink(missing_ok=True)
