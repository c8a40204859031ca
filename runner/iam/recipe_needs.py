"""What a recipe needs of IAM: read from its executor's options and its method."""

from __future__ import annotations

from typing import Any

from runner.iam.policies import Needs
from runner.recipe import Recipe

_METHOD_FEATURES = {"distillation": "distillation", "reinforcement_fine_tuning": "reinforcement"}


def needs_of(recipe: Recipe, *, account: str = "", features: frozenset[str] = frozenset()) -> Needs:
    """The needs of one recipe; `features` are added to those that the recipe shows by itself."""
    options = recipe.executor.options
    key = options.get("kms_key_arn")
    found = set(features)
    if recipe.method in _METHOD_FEATURES:
        found.add(_METHOD_FEATURES[recipe.method])
    if key:
        found.add("kms")
    if options.get("subnet_ids"):
        found.add("vpc")
    known: dict[str, Any] = {
        "account": account,
        "region": recipe.region,
        "bucket": _bucket(options.get("output_uri")),
        "job_role": options.get("role_arn"),
        "kms_key": key,
        "teacher": recipe.hyperparameters.get("teacherModelIdentifier"),
        "grader": recipe.hyperparameters.get("lambdaArn"),
    }
    return Needs(**{name: str(value) for name, value in known.items() if value}, features=frozenset(found))


def _bucket(uri: Any) -> str:
    return str(uri or "").removeprefix("s3://").partition("/")[0]
