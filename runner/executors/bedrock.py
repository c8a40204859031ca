"""Amazon Bedrock: this version plans the job, prices it and shows its request, and does not submit it yet.

Findings: `P205`: the model is no Bedrock model, or has no identifier to customize it by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from runner.errors import RunnerError
from runner.executor import DatasetFacts, Executor, PlannedJob
from runner.finding import Finding
from runner.job import Job
from runner.model import Model
from runner.planning.hyperparameters import effective
from runner.progress import Progress
from runner.recipe import Recipe
from runner.runs import RunFolder


def bedrock(*, role_arn: str | None = None, output_uri: str | None = None) -> Executor:
    """Plan a model customization job on Amazon Bedrock. Submitting it comes with a later version.

    `role_arn`: the IAM role that Bedrock assumes to read the data and write the results.
    `output_uri`: `s3://bucket/prefix` under which Bedrock writes metrics.
    """
    return BedrockExecutor(role_arn, output_uri)


@dataclass(frozen=True, slots=True)
class BedrockExecutor:
    """Knows the request of CreateModelCustomizationJob; sends nothing."""

    role_arn: str | None
    output_uri: str | None

    def check(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> list[Finding]:
        """Whether the request could be made; asks no service."""
        del recipe, dataset
        if model.platform == "bedrock" and model.data["identifiers"].get("customization"):
            return []
        message = f"{model.id} has no identifier under which Bedrock customizes it"
        return [Finding("P205", message, path="model", fix="use executor=local, or another model")]

    def settings(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> dict[str, Any]:
        """The members of the request that change the model; role and places of files do not."""
        request: dict[str, Any] = {
            "customizationType": recipe.method.upper(),
            "baseModelIdentifier": model.data["identifiers"].get("customization"),
            # Strings at this boundary, whatever the recipe wrote.
            "hyperParameters": {name: _text(s.value) for name, s in effective(recipe, model).items()},
            "validation": bool(dataset.manifest["totals"]["validation"]),
        }
        summary = [
            f"CreateModelCustomizationJob: {recipe.method.upper()} of {request['baseModelIdentifier']}",
            "this version plans Bedrock jobs and does not submit them yet",
        ]
        return {**request, "summary": summary}

    def submit(self, plan: PlannedJob, run: RunFolder, progress: Progress) -> Job:
        """Errors: `RunnerError`, always: nothing is sent, and nothing pretends to be a job."""
        del plan, run, progress
        _not_yet()

    def refresh(self, job: Job, run: RunFolder) -> Job:
        """The job as it was: this version can have submitted none."""
        del run
        return job

    def cancel(self, job: Job, run: RunFolder) -> Job:
        """Errors: `RunnerError`: this version can have submitted none."""
        del job, run
        _not_yet()

    def collect(self, job: Job, run: RunFolder) -> dict[str, Any]:
        """Only the job's state: there is nothing to fetch."""
        del run
        return {"state": job.state, "synthetic": False, "notes": []}


def _text(value: int | float | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _not_yet() -> NoReturn:
    raise RunnerError(
        "this version plans Bedrock jobs and does not submit them yet; nothing was uploaded or started",
        fix="train on this machine: executor=local (the plan still shows what the job would cost on Bedrock)",
    )
