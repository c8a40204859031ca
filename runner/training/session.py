"""One training from its job file to its results: the straight path of the trainer's process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from runner.atomic import write_json
from runner.errors import RunnerError
from runner.training import checkpoint
from runner.training.adapters import make_trainable, merged, restore_weights, write_adapter
from runner.training.bases import LoadedBase, open_base
from runner.training.checkpoint import State, Trainable
from runner.training.encode import Example, read_examples
from runner.training.evaluate import answers, chrf, padding_token
from runner.training.export import write_model
from runner.training.job import TrainingJob
from runner.training.loop import Session, make_optimizer, train
from runner.training.low_rank import speed_up
from runner.training.manifest import training_manifest
from runner.training.metrics import MetricsFile, write_tables
from runner.training.watch import Watch

Say = Callable[[str], None]


def run_training(job: TrainingJob, watch: Watch, say: Say) -> None:
    """Train, measure and export. Errors: `Stopped` after a checkpoint; `RunnerError`."""
    prepare(job)
    base = open_base(job, say)
    watch.check()
    examples, validation = _examples(job, "train", base), _examples(job, "validation", base)
    checkpoint.seed_everything(job.settings["seed"])
    model = make_trainable(base.model, job.settings["adapter"]).to(job.settings["device"])
    if job.settings["device"] == "cpu" and job.settings["adapter"].get("dropout") == 0:
        speed_up(model)
    parts = Trainable(model, make_optimizer(model, job), {})
    state = _start(job, parts, say)
    metrics = MetricsFile(job.folder / "metrics.jsonl", state.metrics_bytes)
    session = Session(job, parts, state, examples, validation, padding_token(base.tokenizer), metrics, watch)
    if state.answers_before is None:
        state.answers_before = _answers(session, base)
    train(session)
    if state.best is not None and state.best != len(state.validations) - 1:
        restore_weights(model, parts.best_weights)
    after = _answers(session, base)
    metrics.close()
    write_json(job.artifacts / "training.json", training_manifest(job, base, model, examples, validation))
    write_tables(job.artifacts, job.folder / "metrics.jsonl")
    summary = _summary(session, after)
    _export(job, base, model)
    write_json(job.folder / "metrics.json", summary)
    checkpoint.remove(job)


def prepare(job: TrainingJob) -> None:
    """Process-wide switches that change bits: threads, determinism, device."""
    settings = job.settings
    torch.set_num_threads(settings["threads"])
    torch.use_deterministic_algorithms(True, warn_only=settings["device"] != "cpu")
    if settings["device"] == "cuda" and not torch.cuda.is_available():
        raise RunnerError("the plan is for a GPU, but torch sees none", fix="plan with executor.device=cpu")


def _examples(job: TrainingJob, name: str, base: LoadedBase) -> list[Example]:
    expected = job.records[name]
    path = job.folder / f"{name}.jsonl"
    if not expected:
        return []
    settings = job.settings
    limit = base.model.config.max_position_embeddings
    examples = read_examples(path, settings["format"], base.tokenizer, settings["method"], limit)
    if len(examples) != expected:
        raise RunnerError(
            f"{path.name} holds {len(examples)} records, but the plan was made for {expected}",
            fix="run the recipe again: the data will be built anew",
        )
    return examples


def _start(job: TrainingJob, parts: Trainable, say: Say) -> State:
    """The state to go on from: the checkpoint's, or a fresh one."""
    restored = checkpoint.load(job, parts)
    if restored is None:
        return State()
    state, rng = restored
    checkpoint.restore_random(rng)
    say(f"resuming after step {state.step}")
    return state


def _answers(session: Session, base: LoadedBase) -> list[str]:
    settings = session.job.settings
    return answers(
        session.parts.model,
        base.tokenizer,
        session.validation[: settings["samples"]],
        length=settings["max_new_tokens"],
        precision=settings["precision"],
        watch=session.watch,
    )


def _export(job: TrainingJob, base: LoadedBase, model: Any) -> None:
    adapter = job.settings["adapter"]
    if adapter["kind"] == "lora":
        write_adapter(model, job.artifacts / "adapter", job.settings["base"]["title"])
    if job.settings["merge"] or adapter["kind"] == "full":
        write_model(merged(model, adapter), base.tokenizer, job.artifacts / "merged")


def _summary(session: Session, after: Sequence[str]) -> dict[str, Any]:
    """What `metrics.json` holds; null where nothing was measured, with a note that says why."""
    job, state = session.job, session.state
    shown = session.validation[: job.settings["samples"]]
    before = state.answers_before or []
    references = [example.reference for example in shown]
    kept = state.validations[state.best if state.best is not None else -1] if state.validations else None
    first = state.validations[0] if state.validations else None
    figures = {
        f"{name}_{when}": None if values is None else values[name]
        for name in ("validation_loss", "perplexity", "bits_per_character")
        for when, values in (("before", first), ("after", kept))
    }
    samples = [
        {"prompt": example.prompt, "reference": example.reference, "before": old, "after": new}
        for example, old, new in zip(shown, before, after, strict=True)
    ]
    return {
        "state": "Completed",
        "training_loss_first": state.losses[0],
        "training_loss_last": state.losses[-1],
        **figures,
        "chrf_before": chrf(before, references) if shown else None,
        "chrf_after": chrf(after, references) if shown else None,
        "records": len(session.train),
        "steps": state.step,
        **({"stopped_early_at_step": state.step} if state.stopped_early else {}),
        "tokens_trained": state.tokens,
        "seconds": round(state.seconds, 1),
        "synthetic": False,
        "base": job.settings["base"]["title"],
        "samples": samples,
        "notes": list(_notes(session, len(shown))),
    }


def _notes(session: Session, shown: int) -> list[str]:
    settings, state = session.job.settings, session.state
    notes = [settings["base"]["note"]] if settings["base"]["note"] else []
    if not session.validation:
        return [*notes, "no validation file: nothing was measured on records that were not learned from"]
    notes.append(
        "bits per character: loss over the learned tokens, end marks too, per character of their text"
    )
    if shown:
        length = settings["max_new_tokens"]
        notes.append(f"chrF and samples: {shown} validation records, greedy, at most {length} tokens each")
    if state.best is not None:
        trained = len(state.validations) - 1
        notes.append(f"early stopping kept the weights after epoch {state.best} of {trained}")
    return notes
