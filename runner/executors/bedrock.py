"""Amazon Bedrock: one customization job for one fingerprint, from preflight to report, on AWS or simulated.

Findings: `P205`: the model is no Bedrock model, or has no identifier to customize it by.
`P206`: the method of this model is not a job of CreateModelCustomizationJob.
`P207`: AWS's published model of the request refuses a value.
`P208`: options that exclude each other, or of which one needs another.
`P301`: executor.role_arn or executor.output_uri is not set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from runner.bedrock.options import Options
from runner.executor import DatasetFacts, Executor, PlannedJob
from runner.finding import Finding
from runner.job import Job
from runner.model import Model
from runner.progress import Progress
from runner.recipe import Recipe
from runner.runs import RunFolder


def bedrock(
    *,
    role_arn: str | None = None,
    output_uri: str | None = None,
    data_uri: str | None = None,
    bucket_owner: str | None = None,
    kms_key_arn: str | None = None,
    subnet_ids: tuple[str, ...] = (),
    security_group_ids: tuple[str, ...] = (),
    tags: dict[str, str] | None = None,
    base_custom_model: str | None = None,
    validators: tuple[str, ...] = (),
    invocation_logs_uri: str | None = None,
    use_prompt_response: bool = False,
    metadata_filters: dict[str, Any] | None = None,
    profile: str | None = None,
    simulate: bool = False,
    wait: bool = True,
) -> Executor:
    """Run a model customization job on Amazon Bedrock: once for a recipe and its data, whatever happens.

    `role_arn`: the IAM role that Bedrock assumes to read the data and write the results.
    `output_uri`: `s3://bucket/prefix` under which Bedrock writes metrics; the bucket is in the job's region.
    `data_uri`: `s3://bucket/prefix` for the training files; by default `data/` under the output.
    `bucket_owner`: number of the account that owns the buckets; by default your own. Another one must also
      stand in your environment: `RUNNER_BUCKET_OWNERS`.
    `kms_key_arn`: a key that encrypts the uploaded files and the custom model.
    `subnet_ids`: subnets of a VPC that the job reaches S3 through.
    `security_group_ids`: security groups of that VPC.
    `tags`: further tags of the job and the custom model.
    `base_custom_model`: name or ARN of a custom model to train further; by default the recipe's model.
    `validators`: S3 URIs of further validation files.
    `invocation_logs_uri`: distillation from logged calls under this S3 URI, in place of the recipe's records.
    `use_prompt_response`: with logs: take the logged answers too, and ask the teacher nothing.
    `metadata_filters`: with logs: `{equals: {key: value}}`, `{notEquals: …}`, `{andAll: […]}` or
      `{orAll: […]}`.
    `profile`: the AWS profile whose credentials are used.
    `simulate`: run on a simulated AWS on this machine: nothing is paid, and the losses are made up.
    `wait`: follow the job to its end; otherwise a later run does.
    """
    stated = {name: value for name, value in locals().items() if value is not None}
    return BedrockExecutor(Options(**stated))


@dataclass(frozen=True, slots=True)
class BedrockExecutor:
    """Every method may be called again after a crash: AWS and the ledger know what was done."""

    options: Options

    def check(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> list[Finding]:
        """Whether the request could be made; asks no service."""
        return list(self._findings(recipe, model, dataset))

    def ask(self, recipe: Recipe, model: Model) -> list[Finding]:
        """What AWS says of the model now; a simulated AWS is asked when the job runs. Costs nothing."""
        if self.options.simulate or model.platform != "bedrock" or not recipe.region:
            return []
        from datetime import UTC, datetime

        from runner.aws.connection import Connection
        from runner.live.asking import Unanswered
        from runner.live.lifecycle import ask, findings
        from runner.live.teacher import teacher_findings
        from runner.planning.hyperparameters import effective

        connection, today = Connection(recipe.region, self.options.profile), datetime.now(UTC).date()
        answer = ask(connection, model)
        found = findings(model, recipe.method, recipe.region, answer, today)
        teacher = effective(recipe, model).get("teacherModelIdentifier")
        if teacher and not isinstance(answer, Unanswered):
            found += teacher_findings(connection, str(teacher.value), today)
        return found

    def settings(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> dict[str, Any]:
        """The members of the request that change the model; role and places of files do not."""
        from runner.bedrock.request import customization, logs_config

        options = self.options
        request: dict[str, Any] = {
            "customizationType": recipe.method.upper(),
            "baseModelIdentifier": options.base_custom_model or model.data["identifiers"]["customization"],
            **customization(recipe, model),
            "validation": bool(dataset.manifest["totals"]["validation"]) or bool(options.validators),
        }
        if options.validators:
            request["validators"] = list(options.validators)
        if options.invocation_logs_uri:
            request["invocationLogsConfig"] = logs_config(options)
        summary = [
            f"CreateModelCustomizationJob: {recipe.method.upper()} of {request['baseModelIdentifier']}"
        ]
        if options.simulate:
            request["simulated"] = True
            summary.append("on a simulated AWS on this machine: nothing is paid, losses are made up")
        return {**request, "summary": summary}

    def submit(self, plan: PlannedJob, run: RunFolder, progress: Progress) -> Job:
        """Start the job, or find it, and follow it to its end.

        Errors: `RecipeError` with all findings of the preflight; `BudgetError`; `RunnerError`.
        """
        done = run.job()
        measured = run.read("metrics.json")
        if done and measured and done["state"] == measured.get("state") == "Completed":
            return Job.from_dict(done)
        from runner.bedrock.submitting import submit

        return submit(plan.data, self.options, run, progress, sweep=plan.sweep)

    def refresh(self, job: Job, run: RunFolder) -> Job:
        """The job as AWS tells of it now."""
        if job.state not in ("InProgress", "Stopping"):
            return job
        from runner.bedrock.submitting import refresh

        return refresh(job, self.options, run)

    def cancel(self, job: Job, run: RunFolder) -> Job:
        """Ask AWS to stop the job; it takes a moment."""
        if job.state != "InProgress":
            return job
        from runner.bedrock.submitting import stop

        stop(job, self.options, run)
        return replace(job, state="Stopping")

    def collect(self, job: Job, run: RunFolder) -> dict[str, Any]:
        """The summary for `metrics.json`, from the files that the job left on S3."""
        done = run.read("metrics.json")
        if job.state == "Completed" and done and done.get("state") == "Completed":
            return dict(done)
        from runner.bedrock.submitting import collect

        return collect(job, self.options, run)

    def _findings(self, recipe: Recipe, model: Model, dataset: DatasetFacts) -> Iterator[Finding]:
        options = self.options
        if model.platform != "bedrock" or not model.data["identifiers"].get("customization"):
            message = f"{model.id} has no identifier under which Bedrock customizes it"
            yield Finding("P205", message, path="model", fix="use executor=local, or another model")
            return
        yield from _other_api(recipe, model)
        yield from _options_at_odds(recipe, options)
        if not options.simulate:
            from runner.bedrock.draft import unset_findings

            yield from unset_findings(options.role_arn, options.output_uri, "warning")
        if recipe.method in model.methods:
            from runner.bedrock.draft import draft_findings

            yield from draft_findings(recipe, self.settings(recipe, model, dataset), options)


def _other_api(recipe: Recipe, model: Model) -> Iterator[Finding]:
    method = model.methods.get(recipe.method)
    api = method.data.get("api") if method else None
    if api:
        yield Finding(
            "P206",
            f"{recipe.method} of {model.id} is a job of another interface: {api.get('operation')}",
            path="method",
            fix="this version starts jobs of CreateModelCustomizationJob only",
            source=model.source(api["source"]) if api.get("source") else "",
        )


def _options_at_odds(recipe: Recipe, options: Options) -> Iterator[Finding]:
    if bool(options.subnet_ids) != bool(options.security_group_ids):
        lacking = "security_group_ids" if options.subnet_ids else "subnet_ids"
        message = "a VPC needs subnets and security groups, and only one of them is given"
        yield Finding("P208", message, path=f"executor.{lacking}", fix=f"set executor.{lacking} too")
    if options.invocation_logs_uri and recipe.method != "distillation":
        message = f"invocation logs are for distillation, and the method is {recipe.method}"
        yield Finding("P208", message, path="executor.invocation_logs_uri", fix="set method: distillation")
    for name in ("metadata_filters", "use_prompt_response"):
        if getattr(options, name) and not options.invocation_logs_uri:
            message = f"executor.{name} is for invocation logs, and executor.invocation_logs_uri is not set"
            yield Finding("P208", message, path=f"executor.{name}", fix="set executor.invocation_logs_uri")
