"""Really train a small open model on this machine with the very files of the job: the rehearsal.

Findings: `P201`: something that training here needs is not installed (a plan only warns).
`P202`: the base model is not there or not in a form that is safe to load.
`P203`: early stopping needs validation records.
`P204`: the method cannot be done on this machine.
`R102`: a hyperparameter is outside what the local base allows.
`R310`: the folder of the base model lies outside the project and the data roots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from runner.errors import RecipeError, RunnerError
from runner.executor import DatasetFacts, Executor, PlannedJob
from runner.finding import Finding
from runner.job import Job
from runner.local import hardware
from runner.local.installed import not_installed
from runner.local.models import DEFAULT_BASE, Base, find_base, location
from runner.local.settings import effective_hyperparameters, hyperparameter_findings, versions
from runner.local.trainer import is_training, run_trainer, stop_trainer
from runner.model import Model, load_model
from runner.progress import Progress
from runner.reading.confine import OutsideError, Reach
from runner.recipe import Recipe
from runner.runs import RunFolder
from runner.signatures import Between
from runner.training.job import TrainingJob

_JOB_FILE = "trainer.json"


def local(
    *,
    base: str | None = None,
    adapter: Literal["lora", "full"] = "lora",
    rank: Annotated[int, Between(1, 1024)] = 8,
    alpha: Annotated[int, Between(1, 65536)] = 16,
    dropout: Annotated[float, Between(0, 0.99)] = 0.0,
    targets: tuple[str, ...] = (),
    hyperparameters: dict[str, int | float] | None = None,
    seed: int = 0,
    threads: Annotated[int, Between(1, 1024)] | Literal["auto"] = "auto",
    precision: Literal["auto", "fp32", "bf16"] = "auto",
    device: Literal["auto", "cpu", "cuda"] = "auto",
    micro_batch_tokens: Annotated[int, Between(1, 10**9)] | Literal["auto"] = "auto",
    samples: Annotated[int, Between(0, 1000)] = 3,
    max_new_tokens: Annotated[int, Between(1, 100_000)] = 64,
    merge: bool = True,
    checkpoint_steps: Annotated[int, Between(1, 10**9)] = 10,
) -> Executor:
    """Train an open model on this machine: LoRA or all weights, measured before and after.

    `base`: a local model's name, a folder with safetensors, or `owner/name@<commit>` of a hub; by default the
      recipe's model if it is a local one, else `smollm2-135m-instruct`.
    `adapter`: `lora` trains small matrices beside the weights, `full` all weights.
    `rank`: width of the LoRA matrices.
    `alpha`: LoRA's scale; its effect is alpha divided by rank.
    `dropout`: share of LoRA inputs set to zero while training.
    `targets`: names of the layers that get LoRA matrices; empty means every linear layer.
    `hyperparameters`: values for the local run alone; they win over the recipe's.
    `seed`: decides the order of the records and the start of the matrices.
    `threads`: `auto` follows the CPU affinity and the container's quota.
    `precision`: `auto` is bf16 where the processor has units for it, else fp32.
    `device`: `auto` is the GPU if there is one.
    `micro_batch_tokens`: tokens, padding included, that pass through the model at once; longer records
      pass alone. `auto` is 512 in fp32 and 1024 in bf16.
    `samples`: validation records answered before and after.
    `max_new_tokens`: length of those answers at most.
    `merge`: also write the whole model, as Custom Model Import takes it.
    `checkpoint_steps`: steps between two checkpoints; changes no result.
    """
    options = {name: value for name, value in locals().items() if name != "hyperparameters"}
    return LocalExecutor(Options(hyperparameters=dict(hyperparameters or {}), **options))


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `local`, as the recipe states them."""

    base: str | None
    adapter: Literal["lora", "full"]
    rank: int
    alpha: int
    dropout: float
    targets: tuple[str, ...]
    hyperparameters: dict[str, int | float]
    seed: int
    threads: int | Literal["auto"]
    precision: Literal["auto", "fp32", "bf16"]
    device: Literal["auto", "cpu", "cuda"]
    micro_batch_tokens: int | Literal["auto"]
    samples: int
    max_new_tokens: int
    merge: bool
    checkpoint_steps: int


@dataclass(frozen=True, slots=True)
class LocalExecutor:
    """Runs the trainer in a process of its own. Nothing here imports torch."""

    options: Options

    def check(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> list[Finding]:
        """What stands in the way of training here; looks at files and installed packages only."""
        return list(self._findings(recipe, model, dataset))

    def settings(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> dict[str, Any]:  # noqa: ARG002
        """Everything that changes the result. Errors: `RunnerError` if the base cannot be used."""
        options, base = self.options, self._base(recipe, model)
        device = hardware.best_device() if options.device == "auto" else options.device
        cpu = hardware.cpu_capability()
        precision = hardware.best_precision(device, cpu) if options.precision == "auto" else options.precision
        full = options.adapter == "full"
        lora = {
            "kind": "lora",
            "rank": options.rank,
            "alpha": options.alpha,
            "dropout": options.dropout,
            "targets": list(options.targets),
        }
        settings: dict[str, Any] = {
            "base": base.as_dict(),
            "method": recipe.method,
            "format": recipe.format.kind,
            "max_tokens": base.max_tokens,
            "adapter": {"kind": "full"} if full else lora,
            "hyperparameters": effective_hyperparameters(recipe, base, options.hyperparameters, full=full),
            "seed": options.seed,
            "device": device,
            "threads": hardware.usable_threads() if options.threads == "auto" else options.threads,
            "precision": precision,
            "attention": "sdpa",
            "micro_batch_tokens": (1024 if precision == "bf16" else 512)
            if options.micro_batch_tokens == "auto"
            else options.micro_batch_tokens,
            "cpu": cpu,
            "samples": options.samples,
            "max_new_tokens": options.max_new_tokens,
            "merge": options.merge,
            "versions": versions(),
        }
        return {**settings, "summary": list(_summary(settings))}

    def submit(self, plan: PlannedJob, run: RunFolder, progress: Progress) -> Job:
        """Train to the end. A completed run is returned as it is; one that was stopped goes on.

        Errors: `RecipeError` where something is not installed; `KeyboardInterrupt` after a checkpoint.
        """
        name = str(plan.data["job"]["name"])
        if (done := run.job()) and done["state"] == "Completed" and run.read("metrics.json"):
            return Job.from_dict(done)
        settings = plan.data["executor"]["settings"]
        _require_installed(settings["base"])
        records = {part: plan.data["dataset"][f"{part}_records"] for part in ("train", "validation")}
        folder = run.path.resolve()
        where = location(settings["base"], folder.parents[2])
        TrainingJob(folder, where, settings, records, self.options.checkpoint_steps).write(folder / _JOB_FILE)
        job = Job(name, "local", "InProgress", started=_now(), details={"log": "trainer.log"})
        run.write("job.json", job.as_dict())
        try:
            steps = _steps(settings, records)
            ending = run_trainer(folder / _JOB_FILE, run, settings["threads"], steps, progress)
        except KeyboardInterrupt:
            run.write("job.json", replace(job, state="Stopped", ended=_now()).as_dict())
            raise
        job = replace(job, state=ending.state, ended=_now(), failure=ending.failure)
        run.write("job.json", job.as_dict())
        return job

    def refresh(self, job: Job, run: RunFolder) -> Job:
        """In progress only while a trainer is at work."""
        if job.state not in {"InProgress", "Stopping"} or is_training(run):
            return job
        return replace(job, state="Stopped", failure="the trainer is gone; `runner run` resumes it")

    def cancel(self, job: Job, run: RunFolder) -> Job:
        """Ask the trainer to save a checkpoint and end."""
        return replace(job, state="Stopping") if stop_trainer(run) else self.refresh(job, run)

    def collect(self, job: Job, run: RunFolder) -> dict[str, Any]:
        """The trainer's own summary; of an unfinished training only its state."""
        metrics = run.read("metrics.json") if job.state == "Completed" else None
        return dict(metrics) if metrics else {"state": job.state, "synthetic": False, "notes": []}

    def _base(self, recipe: Recipe, model: Model) -> Base:
        name = self.options.base or (model.id if model.platform == "local" else DEFAULT_BASE)
        trusted = "executor.base" in recipe.trusted_paths
        return find_base(name, Reach.of(recipe.root, recipe.data_roots, trusted=trusted))

    def _findings(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> Iterator[Finding]:
        try:
            base = self._base(recipe, model)
        except RunnerError as error:
            code = "R310" if isinstance(error, OutsideError) else "P202"
            yield Finding(code, error.message, path="executor.base", fix=error.fix)
            return
        yield from not_installed(base.artifact, "warning")
        if recipe.method not in base.capability.methods:
            yield Finding(
                "P204",
                f"{recipe.method} is not done on this machine",
                path="method",
                fix=f"local training does: {', '.join(base.capability.methods)}",
            )
            return
        findings = list(hyperparameter_findings(recipe, base, self.options.hyperparameters))
        yield from findings
        full = self.options.adapter == "full"
        values = effective_hyperparameters(recipe, base, self.options.hyperparameters, full=full)
        if values["earlyStoppingPatience"] is not None and not dataset.manifest["totals"]["validation"]:
            yield Finding(
                "P203",
                "early stopping needs validation records, and there are none",
                path="hyperparameters",
                fix="set split.validation, or leave early stopping out",
            )


def _require_installed(base: dict[str, Any]) -> None:
    artifact = load_model(base["name"]).data["artifact"] if base["kind"] == "package" else None
    if missing := list(not_installed(artifact, "error")):
        raise RecipeError(missing)


def _steps(settings: dict[str, Any], records: dict[str, Any]) -> int:
    values = settings["hyperparameters"]
    return int(-(-records["train"] // values["batchSize"]) * values["epochCount"])


def _summary(settings: dict[str, Any]) -> Iterator[str]:
    adapter, values = settings["adapter"], settings["hyperparameters"]
    targets = ", ".join(adapter.get("targets") or ["every linear layer"])
    how = "all weights" if adapter["kind"] == "full" else f"LoRA of rank {adapter['rank']} on {targets}"
    yield f"trains {settings['base']['title']}: {how}"
    if settings["base"]["note"]:
        yield settings["base"]["note"]
    rate = f"peak learning rate {values['learningRate']:g}"
    yield f"{values['epochCount']} epoch(s), batches of {values['batchSize']}, {rate}"
    yield f"on {settings['device']}, {settings['threads']} thread(s), {settings['precision']}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
