"""Checks the request before anything is uploaded: AWS's own model of it says what would be refused."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from runner.bedrock.options import Options
from runner.bedrock.places import place
from runner.bedrock.request import request
from runner.errors import RunnerError
from runner.finding import Finding, Severity
from runner.model import load_model
from runner.recipe import Recipe

OPERATION = "CreateModelCustomizationJob"
_ROLE, _OUTPUT = "arn:aws:iam::123456789012:role/not-stated", "s3://not-stated/output"
"""What a request is checked with while the recipe does not say it yet."""

_NO_DIGEST = "0" * 64
_PATHS = (
    ("trainingDataConfig.s3Uri", "executor.data_uri"),
    ("trainingDataConfig.invocationLogsConfig.requestMetadataFilters", "executor.metadata_filters"),
    ("trainingDataConfig.invocationLogsConfig", "executor.invocation_logs_uri"),
    ("validationDataConfig", "executor.validators"),
    ("outputDataConfig", "executor.output_uri"),
    ("roleArn", "executor.role_arn"),
    ("customModelKmsKeyId", "executor.kms_key_arn"),
    ("vpcConfig.subnetIds", "executor.subnet_ids"),
    ("vpcConfig.securityGroupIds", "executor.security_group_ids"),
    ("jobTags", "executor.tags"),
    ("customModelTags", "executor.tags"),
    ("baseModelIdentifier", "executor.base_custom_model"),
    ("jobName", "name"),
    ("customModelName", "name"),
)
_LEGAL_KEYS = (
    "Bedrock takes letters, digits and - ! _ * ' ( ) . in each part of a key: no = , + : @, space or //"
)
_ONE_FILTER = "a filter compares one key; join several with andAll: [{equals: {…}}, {equals: {…}}] or orAll"


def request_findings(request: Mapping[str, Any]) -> Iterator[Finding]:
    """One finding for each member that the service would refuse; needs botocore, sends nothing."""
    from runner.aws.request_check import breaches

    seen = set()
    for breach in breaches("bedrock", OPERATION, request):
        path = _recipe_path(breach.path)
        if (path, breach.message) in seen:  # the same tags go on the job and on the model
            continue
        seen.add((path, breach.message))
        yield Finding(
            "P207",
            f"the request's {breach.path} {breach.message}",
            path=path,
            fix=_fix(breach.path, breach.message),
            source="the published model of CreateModelCustomizationJob in the botocore installed here",
        )


def draft_findings(recipe: Recipe, settings: Mapping[str, Any], options: Options) -> Iterator[Finding]:
    """`request_findings` while there is no plan yet: what is not known is filled with what AWS would take."""
    if importlib.util.find_spec("botocore") is None:
        return  # a plan can be made without it; a run cannot
    stated = replace(options, role_arn=options.role_arn or _ROLE, output_uri=options.output_uri or _OUTPUT)
    plan = {
        "fingerprint": _NO_DIGEST,
        "job": {"name": f"{recipe.name[:50]}-{_NO_DIGEST[:12]}"},
        "recipe": {"name": recipe.name},
        "dataset": {
            "train_sha256": _NO_DIGEST,
            "validation_sha256": _NO_DIGEST if settings["validation"] else None,
        },
        "executor": {"settings": settings},
    }
    try:
        asked = request(plan, stated, project=str(recipe.root), attempt=1)
    except RunnerError as error:  # no S3 URI at all
        yield Finding("P207", error.message, path="executor.output_uri", fix=error.fix)
        return
    yield from request_findings(asked)
    if uri := asked["trainingDataConfig"].get("s3Uri"):
        yield from _key_findings(recipe, uri)


def unset_findings(role_arn: str | None, output_uri: str | None, severity: Severity) -> Iterator[Finding]:
    """What a real run needs and a plan can do without."""
    rows = (
        (role_arn, "role_arn", "the role that Bedrock assumes", "`runner init --role` creates one"),
        (output_uri, "output_uri", "the place for data and results", "a bucket in the job's region"),
    )
    for value, name, what, how in rows:
        if not value:
            yield Finding(
                "P301",
                f"executor.{name} is not set: a run needs {what}",
                severity,
                path=f"executor.{name}",
                fix=f"set it in conf/executor/bedrock.yaml ({how}), or try without an account: --simulate",
            )


def _key_findings(recipe: Recipe, uri: str) -> Iterator[Finding]:
    """Some models take fewer characters in the keys of their data than Bedrock does."""
    model = load_model(recipe.model)
    rule, key = model.methods[recipe.method].rule("s3_key"), place(uri).key
    if rule.get("pattern") and not re.fullmatch(str(rule["pattern"]), key):
        yield Finding(
            "P207",
            f"the training file's key would be {key!r}; {model.name} takes {rule.get('words', '')}",
            path="executor.data_uri",
            fix="choose another folder: executor.data_uri",
            source=model.source(rule["source"]),
        )


def _recipe_path(member: str) -> str:
    """The key of the recipe that a member of the request comes from."""
    for beginning, path in _PATHS:
        if member.startswith(beginning):
            return path
    if member.startswith(("hyperParameters.", "customizationConfig.")):
        return f"hyperparameters.{member.rpartition('.')[2]}"
    return "executor"


def _fix(member: str, message: str) -> str:
    if "requestMetadataFilters" in member:
        return _ONE_FILTER
    if member.endswith("s3Uri") and "pattern" in message:
        return _LEGAL_KEYS
    return ""
