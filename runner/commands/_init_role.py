"""`runner init DIR --role NAME --bucket BUCKET`: the job role on AWS, and where a recipe finds it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from runner.atomic import write_text
from runner.errors import RunnerError

_FILE = "conf/executor/bedrock.yaml"


def run(args: argparse.Namespace) -> int:
    """Create the role, then write the executor's settings. Errors: `RunnerError`."""
    from runner.aws.connection import Connection
    from runner.aws.refusals import explained
    from runner.iam.creation import create_role
    from runner.iam.policies import Needs, job_role

    file: Path = args.folder / _FILE
    if not (args.role and args.bucket):
        raise RunnerError("--role and --bucket belong together", fix="--role NAME --bucket BUCKET")
    connection = Connection(region=args.region, profile=args.profile)
    with explained("asking AWS whose credentials these are"):
        account = str(connection.client("sts").get_caller_identity()["Account"])
    needs = Needs(account=account, region=args.region, bucket=args.bucket, features=frozenset(args.features))
    made = create_role(connection, args.role, job_role(needs))
    text = _settings(made.arn, args.bucket)
    wrote = _write(file, text, force=args.force)
    result = {"role_arn": made.arn, "role": made.done, "file": str(file), "written": wrote}
    print(json.dumps(result, indent=2) if args.format == "json" else _told(result, text))
    return 0


def _settings(arn: str, bucket: str) -> str:
    return (
        "# A customization job on Amazon Bedrock.\n"
        "kind: bedrock\n"
        f"role_arn: {arn}       # the service role that Bedrock assumes\n"
        f"output_uri: s3://{bucket}/bedrock-recipe-runner     # data and results of the jobs\n"
    )


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
