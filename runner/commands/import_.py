"""Bring a model that was trained on this machine to Bedrock by Custom Model Import.

RUN is a recipe (its newest run) or a run folder of the `local` executor. Its merged model is checked against
what Custom Model Import documents, uploaded once, and imported once; the same command again finds the model.
"""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.hosting.importing import Wanted
    from runner.ledger import Entry


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner import`."""
    parser.add_argument("run", metavar="RUN", help="a recipe, or a run folder of the local executor")
    parser.add_argument(
        "--role", default="", metavar="ARN", help="the role that Bedrock reads the files with"
    )
    parser.add_argument("--bucket", default="", metavar="NAME", help="where the model's files go")
    parser.add_argument("--prefix", default="imports", metavar="KEY", help="folder there (default: imports)")
    parser.add_argument(
        "--region", default="", metavar="REGION", help="default: the recipe's, else AWS_REGION"
    )
    parser.add_argument(
        "--bucket-owner", default=None, metavar="ACCOUNT", help="the bucket must be this account's"
    )
    parser.add_argument("--kms-key", default=None, metavar="ARN", help="encrypts the files and the model")
    parser.add_argument("--simulate", action="store_true", help="on the simulated AWS: nothing is billed")
    parser.add_argument(
        "-y", "--yes", action="store_true", help="do not ask; required without a terminal, unless simulated"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="check the model and show the price, send nothing"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Check, price, upload, import, wait."""
    from runner.hosting.home import cloud_at, identified, simulator_of
    from runner.hosting.importable import require_importable
    from runner.hosting.importing import bring
    from runner.hosting.target import own_job, read_object, root_of, run_of
    from runner.ledger import open_ledger

    folder = run_of(args.run)
    plan, job = read_object(folder, "plan.json"), own_job(folder)
    region = args.region or _region(plan)
    merged = folder.path / "artifacts" / "merged"
    if not merged.is_dir() or job.get("executor") != "local":
        raise RunnerError(
            f"{folder.path} has no merged model", fix="train it on this machine first: executor=local"
        )
    facts = require_importable(merged, region)
    if args.dry_run:
        _print(args, facts, region, None)
        return 0
    if args.format == "text":
        print(_priced(facts, region), flush=True)
    if not (args.yes or args.simulate):
        from runner.execute import ask_to_spend

        ask_to_spend("an imported model is billed by the month, and by the minute while it is asked")
    root = root_of(folder)
    cloud = identified(cloud_at(region, simulator_of(root) if args.simulate else ""))
    wanted = _wanted(args, plan, folder, cloud)

    def say(text: str) -> None:
        if args.format == "text":
            print(text, flush=True)

    try:
        entry = bring(cloud, open_ledger(), wanted, say)
    except KeyboardInterrupt:
        goes_on = "an import job goes on at AWS, and its model is billed by the month"
        raise KeyboardInterrupt(f"{goes_on}; the same command follows it, `runner cleanup` ends it") from None
    folder.log("import", model=entry.arn, simulated=bool(cloud.simulator))
    _print(args, facts, region, entry)
    return 0


def _wanted(args: argparse.Namespace, plan: Any, folder: Any, cloud: Any) -> Wanted:
    from runner.hosting.importing import Wanted
    from runner.hosting.target import root_of

    role, bucket = args.role, args.bucket
    if args.simulate and not (role and bucket):
        from runner.hosting.stage import stage

        role, bucket = stage(cloud)
    missing = [name for name, value in (("--role", role), ("--bucket", bucket)) if not value]
    if missing:
        raise RunnerError(
            f"{' and '.join(missing)} must be given: who may read the files, and where they go",
            fix="`runner doctor --iam` shows the role's policies; --simulate needs neither",
        )
    recipe = plan.get("recipe") or {}
    return Wanted(
        folder=folder.path / "artifacts" / "merged",
        root=root_of(folder),
        recipe=str(recipe.get("name") or folder.path.parent.name),
        fingerprint=str(plan.get("fingerprint") or folder.path.name),
        role_arn=role,
        bucket=bucket,
        prefix=args.prefix,
        kms_key_arn=args.kms_key,
        owner=args.bucket_owner,
    )


def _region(plan: Any) -> str:
    stated = ((plan.get("recipe") or {}).get("config") or {}).get("region")
    region = stated or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise RunnerError("an import needs a region", fix="--region us-east-1, say")
    return str(region)


def _priced(facts: dict[str, Any], region: str) -> str:
    from runner.hosting.prices import import_facts

    lines = [f"{facts['architecture']}, {facts['bytes']:,} bytes, {', '.join(facts['dtypes'])}"]
    for price in import_facts()["prices"]:
        source = import_facts()["sources"][price["source"]]
        known = f"{price['usd']} USD by {price['per']}"
        elsewhere = f"unknown in {region}; {known} in {price['regions'][0]}"
        told = known if region in price["regions"] else elsewhere
        lines.append(f"price: {told} ({source['title']}, {source['as_of']})")
    return "\n".join([*lines, "how many units the model needs, AWS says after the import"])


def _print(args: argparse.Namespace, facts: dict[str, Any], region: str, entry: Entry | None) -> None:
    if args.format == "json":
        data = {
            **facts,
            "region": region,
            "model": {"name": entry.name, "arn": entry.arn} if entry else None,
            "usd_per_month": entry.usd if entry else None,
            "simulated": bool(entry.simulator) if entry else args.simulate,
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
    elif entry is None:
        print(_priced(facts, region))
    else:
        usd = "unknown" if entry.usd is None else f"{entry.usd} USD a month for storage"
        print(f"{entry.arn}: {usd}, and per minute while it answers")
        print(f'ask it: runner invoke {args.run} "…"; delete it: runner cleanup {args.run}')
