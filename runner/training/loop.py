"""The training itself: optimizer steps, validations at epoch ends, checkpoints in between."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from runner.errors import RunnerError
from runner.training import checkpoint
from runner.training.batches import Schedule, collate, micro_batches
from runner.training.checkpoint import State, Trainable
from runner.training.encode import Example
from runner.training.evaluate import validate
from runner.training.job import TrainingJob
from runner.training.loss import summed_loss
from runner.training.metrics import MetricsFile
from runner.training.schedule import learning_rate
from runner.training.watch import Stopped, Watch

_GRADIENT_NORM = 1.0


@dataclass(frozen=True, slots=True)
class Session:
    """Everything the loop works with; only `state` and the weights change."""

    job: TrainingJob
    parts: Trainable
    state: State
    train: Sequence[Example]
    validation: Sequence[Example]
    padding: int
    metrics: MetricsFile
    watch: Watch

    @property
    def schedule(self) -> Schedule:
        """The planned steps."""
        values = self.job.hyperparameters
        return Schedule(len(self.train), values["batchSize"], values["epochCount"], self.job.settings["seed"])


def make_optimizer(model: Any, job: TrainingJob) -> torch.optim.Optimizer:
    """AdamW without weight decay, over the weights that learn."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    return torch.optim.AdamW(weights, lr=job.hyperparameters["learningRate"], weight_decay=0.0)


def train(session: Session) -> None:
    """Run to the end of the schedule, or to an early stop. Errors: `Stopped`, after a checkpoint."""
    state, schedule = session.state, session.schedule
    session.parts.model.train()
    rng = checkpoint.random_state()
    try:
        while True:
            epochs, rest = divmod(state.step, schedule.steps_per_epoch)
            if rest == 0 and state.evaluations == epochs:
                _validation(session)
            if state.step >= schedule.steps or state.stopped_early:
                break
            started = time.monotonic()
            loss, tokens = optimizer_step(session)
            rng = checkpoint.random_state()
            state.seconds += time.monotonic() - started
            _record(session, loss, tokens)
            if state.step % session.job.checkpoint_steps == 0:
                checkpoint.save(session.job, state, session.parts, rng)
    except Stopped:
        checkpoint.save(session.job, state, session.parts, rng)
        raise
    checkpoint.save(session.job, state, session.parts, rng)


def optimizer_step(session: Session) -> tuple[float, int]:
    """One batch: gradients summed over its pieces and divided by all its learned tokens, then one update."""
    model, optimizer, settings = session.parts.model, session.parts.optimizer, session.job.settings
    batch = [session.train[index] for index in session.schedule.indices(session.state.step)]
    learned = sum(len(example.learned) for example in batch)
    total = 0.0
    optimizer.zero_grad(set_to_none=True)
    for piece in micro_batches(batch, settings["micro_batch_tokens"]):
        session.watch.check()
        tensors = collate(piece, session.padding).to(model.device.type)
        loss = summed_loss(model, tensors, settings["precision"])
        total += loss.item()
        (loss / learned).backward()  # type: ignore[no-untyped-call]
    if not math.isfinite(total):
        raise RunnerError(
            f"the loss is no finite number at step {session.state.step + 1}: the training diverged",
            fix="lower the learning rate: executor.hyperparameters.learningRate",
        )
    torch.nn.utils.clip_grad_norm_(session.parts.weights, _GRADIENT_NORM)
    for group in optimizer.param_groups:
        group["lr"] = _rate(session)
    optimizer.step()
    return total / learned, sum(len(example.tokens) for example in batch)


def _rate(session: Session) -> float:
    values = session.job.hyperparameters
    return learning_rate(
        session.state.step,
        peak=values["learningRate"],
        warmup=values["learningRateWarmupSteps"],
        steps=session.schedule.steps,
    )


def _record(session: Session, loss: float, tokens: int) -> None:
    state = session.state
    rate = _rate(session)
    epoch = state.step // session.schedule.steps_per_epoch + 1
    state.step += 1
    state.tokens += tokens
    state.losses.append(loss)
    state.metrics_bytes = session.metrics.write(
        {
            "kind": "train",
            "step": state.step,
            "epoch": epoch,
            "training_loss": loss,
            "tokens": tokens,
            "learning_rate": rate,
            "seconds": round(state.seconds, 3),
        }
    )


def _validation(session: Session) -> None:
    """Measure, write it down, and decide whether learning goes on."""
    state, settings = session.state, session.job.settings
    started = time.monotonic()
    if session.validation:
        figures = validate(
            session.parts.model,
            session.validation,
            padding=session.padding,
            budget=settings["micro_batch_tokens"],
            precision=settings["precision"],
            watch=session.watch,
        )
        epoch = state.step // session.schedule.steps_per_epoch
        line = {"kind": "validation", "step": state.step, "epoch": epoch, **figures}
        state.metrics_bytes = session.metrics.write(line)
        state.validations.append(figures)
    state.evaluations += 1
    state.seconds += time.monotonic() - started
    if session.validation and state.step > 0:
        decide_early_stopping(session)


def decide_early_stopping(session: Session) -> None:
    """Keep the best weights; stop once `patience` validations in a row improved too little."""
    state, values = session.state, session.job.hyperparameters
    patience, threshold = values["earlyStoppingPatience"], values["earlyStoppingThreshold"]
    if patience is None:
        return
    losses = [figures["validation_loss"] for figures in state.validations]
    if state.best is None or losses[-1] < losses[state.best]:
        state.best = len(losses) - 1
        session.parts.keep_best()
    state.stopped_early = waited(losses, threshold) >= patience and state.step < session.schedule.steps


def waited(losses: Sequence[float], threshold: float) -> int:
    """Validations since the last one that beat the best before it by at least `threshold`.

    The first loss is the untrained model's: the value to beat.
    """
    best, waiting = losses[0], 0
    for loss in losses[1:]:
        if best - loss >= threshold and loss < best:
            best, waiting = loss, 0
        else:
            waiting += 1
    return waiting
