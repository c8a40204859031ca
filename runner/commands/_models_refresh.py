"""Compare the facts about models with what AWS says now: lifecycle, regions, quotas, prices.

Asks for each region ListFoundationModels, Service Quotas and the Price List API, all of them read-only and
free. `--write` brings the files up to date, with AWS as the source and today's date: in the repository its
own schemas/models, elsewhere a folder of yours that wins over the installed facts (`RUNNER_MODELS` names
another one). Limits that were raised for one account are never written into the repository.
Exit code 0: no difference; 2: there are differences, written or not; 1: something was not answered, and what
was answered shows no difference.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.live.drift import Compared, Drift
    from runner.live.refresh import Refreshed
    from runner.model import Model

_DRIFTED = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner models refresh`."""
    parser.add_argument("models", nargs="*", metavar="MODEL", help="id or alias (default: all of Bedrock)")
    parser.add_argument(
        "--region",
        action="append",
        metavar="R",
        help="ask this region, or all; may be repeated (default: those in the files)",
    )
    parser.add_argument("--profile", help="profile of the AWS configuration")
    parser.add_argument("--write", action="store_true", help="bring the files up to date")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="with --write: write the files there")
    parser.add_argument("--simulator", metavar="ADDRESS", help="ask a simulated AWS (--write needs --into)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--no-color", action="store_true", help="accepted everywhere; there is no color here")


def run(args: argparse.Namespace) -> int:
    """Ask, compare, print, and write if told to."""
    from runner.aws.connection import Connection
    from runner.live.refresh import refresh, regions_of
    from runner.show import one_line

    if args.simulator and args.write and not args.into:
        raise RunnerError("a simulated AWS does not change real facts", fix="name a folder: --into FOLDER")
    chosen = _chosen(args.models)
    regions = _regions(args.region or regions_of(chosen))
    if not regions:
        raise RunnerError("the files of these models name no region", fix="name one: --region us-east-1")

    def connect(region: str) -> Connection:
        return Connection(region, args.profile, args.simulator)

    done = refresh(chosen, connect, regions, date.today())
    if not done.answers.any:
        first = done.answers.unanswered[0]
        raise RunnerError(first.why, fix=first.fix)
    shared, folder = _place(args.into)
    found = done.differences(shared=shared)
    written = _write(done, folder, shared=shared) if args.write else {}
    if args.format == "json":
        print(json.dumps(_data(done, found, regions, written), ensure_ascii=False, indent=2))
    else:
        print("\n".join(map(one_line, _text(done, found, regions, written))))
    if found:
        return _DRIFTED
    return 1 if done.answers.unanswered else 0


def _chosen(names: Sequence[str]) -> list[Model]:
    from runner.model import load_model, models

    chosen = [load_model(name) for name in dict.fromkeys(names)] or list(models())
    asked = [model for model in chosen if model.platform == "bedrock"]
    if not asked:
        raise RunnerError(
            "these models are not on Bedrock: there is nothing to ask", fix="`runner models` lists them"
        )
    return asked


def _regions(named: Sequence[str]) -> list[str]:
    if "all" not in named:
        return list(dict.fromkeys(named))
    from runner.aws.regions import available_regions
    from runner.live.asking import require_boto3

    require_boto3()
    return available_regions("bedrock")


def _place(into: Path | None) -> tuple[bool, Path]:
    """Whether the files are the repository's, which everybody shares; and their folder."""
    from runner.resources import is_checkout, refreshed_models, shipped

    if into is not None:
        return False, into
    if is_checkout() and not os.environ.get("RUNNER_MODELS"):
        return True, shipped("schemas") / "models"
    return False, refreshed_models()


def _write(done: Refreshed, folder: Path, *, shared: bool) -> dict[str, str]:
    """The file of each model that changed; one that cannot be written whole is not written."""
    from runner.live.drift import edits_of
    from runner.live.rewriting import rewritten, write

    changed = [(each.model, edits_of(each, account_too=not shared)) for each in done.compared]
    texts = [(model, rewritten(model, edits, done.sources())) for model, edits in changed if edits]
    # All of them are made and checked before the first is written.
    return {model.id: str(write(model, text, folder)) for model, text in texts}


def _text(
    done: Refreshed, found: Sequence[tuple[Compared, Drift]], regions: Sequence[str], written: dict[str, str]
) -> list[str]:
    lines = []
    for each in done.compared:
        if own := [drift for other, drift in found if other is each]:
            lines += [each.model.id, *(f"  {_sentence(drift)}" for drift in own)]
    for region, values in done.account_quotas().items():
        told = ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in values.items())
        lines += [f"quotas of the account in {region}: {told}"] if told else []
    lines += [f"note: {remark}" for each in done.compared for remark in each.remarks]
    for silent in done.answers.unanswered:
        lines.append(f"not answered: {silent.what} in {silent.region}: {silent.why}")
        lines += [f"    fix: {silent.fix}"] if silent.fix else []
    lines += [f"written: {file}" for file in written.values()]
    count = f"{len(found)} difference{'' if len(found) == 1 else 's'}"
    models = f"{len(done.compared)} model{'' if len(done.compared) == 1 else 's'}"
    lines.append(f"{count} in {models}, asked in {', '.join(regions)}")
    if found and not written:
        lines.append("bring the files up to date: runner models refresh --write")
    return lines


def _sentence(drift: Drift) -> str:
    since = f" (as of {drift.since})" if drift.since else ""
    whose = ", a value of this account" if drift.account_only else ""
    by_hand = "; to be written by hand" if not drift.edits else ""
    note = f"  [{drift.note}]" if drift.note else ""
    told = f"the file says {_spelled(drift.file)}{since}, AWS says {_spelled(drift.aws)}"
    return f"{drift.path}: {told}{whose}{by_hand}{note}"


def _spelled(value: Any) -> str:
    words = {None: "nothing", True: "yes", False: "no"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _data(
    done: Refreshed, found: Sequence[tuple[Compared, Drift]], regions: Sequence[str], written: dict[str, str]
) -> dict[str, Any]:
    silent = done.answers.unanswered
    return {
        "asked": {"regions": list(regions), "account": done.answers.account, "date": done.today.isoformat()},
        "summary": {"models": len(done.compared), "differences": len(found), "unanswered": len(silent)},
        "differences": [_row(each, drift) for each, drift in found],
        "remarks": [remark for each in done.compared for remark in each.remarks],
        "account_quotas": done.account_quotas(),
        "unanswered": [asdict(each) for each in silent],
        "written": written,
    }


def _row(compared: Compared, drift: Drift) -> dict[str, Any]:
    data = {
        name: getattr(drift, name)
        for name in ("model", "path", "file", "aws", "since", "asked", "account_only", "note")
    }
    return {**data, "by_hand": not drift.edits, "in": compared.model.file.name}
