"""Build the dataset of a recipe and show what became of every record.

Built once, found again: the same sources and the same data part of the recipe give the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from runner.options import build_arguments, checked_from, named_path, recipe_arguments
from runner.progress import Progress

if TYPE_CHECKING:
    from runner.check import Checked
    from runner.dataset import Dataset
    from runner.finding import Finding


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner build`."""
    recipe_arguments(parser)
    build_arguments(parser)
    parser.add_argument(
        "-o", "--out", type=named_path, metavar="DIR", help="copy the files to this folder, too"
    )


def run(args: argparse.Namespace) -> int:
    """Build, print, and fail with the findings if the dataset breaks a rule of the model."""
    from runner.dataset import build

    checked = checked_from(args)
    progress = Progress(quiet=args.format == "json")
    dataset = build(
        checked.recipe, checked.model, workers=args.workers, offline=args.offline, progress=progress
    )
    if args.out:
        _copy(dataset, args.out)
    found = _findings(checked, dataset)
    _show(checked, dataset, found, args)
    if any(finding.severity == "error" for finding in found):
        from runner.errors import RecipeError

        raise RecipeError(found)
    return 0


def _findings(checked: Checked, dataset: Dataset) -> list[Finding]:
    from runner import plugins

    return [
        checked.composed.finding(
            finding.path,
            finding.code,
            finding.message,
            severity=finding.severity,
            fix=finding.fix,
            source=finding.source,
        )
        for name in plugins.names("checks.dataset")
        for finding in plugins.load("checks.dataset", name)(checked.recipe, checked.model, dataset)
    ]


def _show(checked: Checked, dataset: Dataset, found: list[Finding], args: argparse.Namespace) -> None:
    if args.format == "json":
        findings = [finding.as_dict() for finding in found]
        data = {"folder": str(dataset.folder), "findings": findings, **dataset.manifest}
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return
    from runner.building.dataset_text import dataset_text

    print(dataset_text(dataset, checked.model), flush=True)
    if found and not any(finding.severity == "error" for finding in found):
        from runner.show import show_findings

        show_findings(found, args.format)


def _copy(dataset: Dataset, target: Path) -> None:
    """The files as they are, each whole or absent."""
    from runner.atomic import write_bytes

    for file in sorted(dataset.folder.iterdir()):
        write_bytes(target / file.name, file.read_bytes())
