"""What an executor is: the place where a planned customization job really runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from runner.finding import Finding
from runner.job import Job
from runner.model import Model
from runner.progress import Progress
from runner.recipe import Recipe
from runner.runs import RunFolder


class DatasetFacts(Protocol):
    """What an executor may know of a built dataset before it runs: its manifest."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The content of `dataset.json`."""
        ...


class PlannedJob(Protocol):
    """What an executor needs of a plan: its content."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The content of `plan.json`."""
        ...

    @property
    def sweep(self) -> str:
        """The sweep that the job belongs to, whose budget it shares; empty outside of one."""
        ...


class Executor(Protocol):
    """One way to run a plan. Every method may be called again after a crash, in a new process.

    It may also have `ask(recipe, model) -> list[Finding]`: what its service says of the model now, asked when
    a plan is made online.
    """

    def check(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> list[Finding]:
        """What stands in the way, before time or money is spent."""
        ...

    def settings(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> dict[str, Any]:
        """Everything that changes the result, as plain data; it enters the job's fingerprint.

        The list under `summary` is for people.
        """
        ...

    def submit(self, plan: PlannedJob, run: RunFolder, progress: Progress) -> Job:
        """Start the job, or find it: running twice neither trains nor pays twice."""
        ...

    def refresh(self, job: Job, run: RunFolder) -> Job:
        """The job as it stands now."""
        ...

    def cancel(self, job: Job, run: RunFolder) -> Job:
        """Stop the job; what it has reached is kept where the platform can keep it."""
        ...

    def collect(self, job: Job, run: RunFolder) -> dict[str, Any]:
        """The summary for `metrics.json`."""
        ...
