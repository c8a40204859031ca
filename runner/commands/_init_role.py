"""`runner init DIR --role NAME --bucket BUCKET`: the job role on AWS, and where a recipe finds it."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.atomic import write_text
from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.iam.policies import Needs

_FILE = "conf/executor/bedrock.yaml"
_NAMED_BY = (
    ("kms", "kms-key", "kms_key"),
    ("distillation", "teacher", "teacher"),
    ("reinforcement", "grader", "grader"),
)
"""Features that need a name: the option that gives it, and where it goes."""


def run(args: argparse.Namespace) -> int:
    """Create the role, then write the executor's settings. Errors: `RunnerError`."""
    from runner.aws.connection import Connection
    from runner.aws.refusals import explained
    from runner.iam.creation import create_role
    from runner.iam.policies import job_role

    file: Path = args.folder / _FILE
    if not (args.role and args.bucket):
        raise RunnerError("--role and --bucket belong together", fix="--role NAME --bucket BUCKET")
    needs = _needs(args)
    connection = Connection(region=args.region, profile=args.profile)
    with explained("asking AWS whose credentials these are"):
        account = str(connection.client("sts").get_caller_identity()["Account"])
    made = create_role(connection, args.role, job_role(replace(needs, account=account)))
    text = _settings(made.arn, needs.bucket, args.kms_key)
    wrote = _write(file, text, force=args.force)
    result = {"role_arn": made.arn, "role": made.done, "file": str(file), "written": wrote}
    print(json.dumps(result, indent=2) if args.format == "json" else _told(result, text))
    return 0


def _needs(args: argparse.Namespace) -> Needs:
    """What the role is for. AWS takes no placeholder, so nothing is asked of it before all is named."""
    from runner.iam.policies import Needs

    named: dict[str, Any] = {}
    features = set(args.features)
    for feature, flag, member in _NAMED_BY:
        if value := getattr(args, flag.replace("-", "_")):
            features.add(feature)
            named[member] = _teacher(value) if member == "teacher" else value
        elif feature in features:
            raise RunnerError(f"--with {feature} does not say which", fix=f"name it: --{flag} ...")
    bucket = args.bucket.removeprefix("s3://").rstrip("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise RunnerError(f"{args.bucket!r} is no name of a bucket", fix="give the name alone: my-bucket")
    return Needs(region=args.region, bucket=bucket, features=frozenset(features), **named)


def _teacher(name: str) -> str:
    from runner.model import called_model, load_model

    return (called_model(name) or load_model(name)).id  # the second says what is wrong with the name


def _settings(arn: str, bucket: str, key: str | None) -> str:
    return (
        "# A customization job on Amazon Bedrock.\n"
        "kind: bedrock\n"
        f"role_arn: {arn}       # the service role that Bedrock assumes\n"
        f"output_uri: s3://{bucket}/bedrock-recipe-runner     # data and results of the jobs\n"
    ) + (f"kms_key_arn: {key}       # for data and models\n" if key else "")


def _write(file: Path, text: str, *, force: bool) -> bool:
    """False when another text is there, which is left alone."""
    if file.exists() and not force:
        return file.read_text(encoding="utf-8") == text
    write_text(file, text)
    return True


def _told(result: dict[str, Any], text: str) -> str:
    role = f"role {result['role']}: {result['role_arn']}"
    if result["written"]:
        return f"{role}\nwrote {result['file']}\nnext: runner plan RECIPE executor=bedrock"
    return f"{role}\n{result['file']} was there and is unchanged; it needs:\n{text.rstrip()}"
