"""What a recipe needs of IAM: read from its executor's options and its method."""

from __future__ import annotations

import re
from typing import Any

from runner.iam.policies import Needs
from runner.model import Model, called_model
from runner.planning.hyperparameters import effective
from runner.recipe import Recipe

_METHOD_FEATURES = {"distillation": "distillation", "reinforcement_fine_tuning": "reinforcement"}
_ACCOUNT = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/")


def needs_of(
    recipe: Recipe, model: Model, *, account: str = "", features: frozenset[str] = frozenset()
) -> Needs:
    """The needs of one recipe; `features` are added to those that the recipe shows by itself."""
    options = recipe.executor.options
    role = options.get("role_arn")
    of_role = _ACCOUNT.match(str(role))  # a role can only be passed within its own account
    chosen = {name: setting.value for name, setting in effective(recipe, model).items()}
    read = (options.get("invocation_logs_uri"), *(options.get("validators") or ()))
    known: dict[str, Any] = {
        "account": account or (of_role[1] if of_role else ""),
        "region": recipe.region,
        "bucket": _bucket(options.get("output_uri")),
        "data_bucket": _bucket(options.get("data_uri")),
        "read_buckets": tuple(filter(None, map(_bucket, read))),
        "job_role": role,
        "kms_key": options.get("kms_key_arn"),
        "teacher": _teacher(chosen.get("teacherModelIdentifier")),
        "grader": chosen.get("lambdaArn"),
    }
    found = features | _features(recipe)
    return Needs(**{name: value for name, value in known.items() if value}, features=found)


def _features(recipe: Recipe) -> frozenset[str]:
    options = recipe.executor.options
    shown = {
        _METHOD_FEATURES.get(recipe.method): True,
        "kms": options.get("kms_key_arn"),
        "vpc": options.get("subnet_ids"),
    }
    return frozenset(name for name, there in shown.items() if name and there)


def _teacher(named: Any) -> str:
    """The model behind the name: a profile `us.<id>` or an ARN is no part of a foundation model's ARN."""
    found = called_model(str(named or ""))
    return found.id if found else ""


def _bucket(uri: Any) -> str:
    return str(uri or "").removeprefix("s3://").partition("/")[0]
