"""Make the report of a run again, from the files of its folder.

RUN is a run folder, or a recipe: then its newest run (with OVERRIDE: its newest run with these overrides).
Nothing is built or trained.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from runner.errors import RunnerError
from runner.options import named_path
from runner.project import project_root
from runner.runs import RunFolder


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner report`."""
    parser.add_argument("run", metavar="RUN", type=named_path, help="a run folder, or the path of a recipe")
    parser.add_argument(
        "overrides", metavar="OVERRIDE", nargs="*", help="the overrides that the run was made with"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json prints report.json")
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Write report.html and report.json, and print where they are."""
    from runner.report import make_report
    from runner.reporting.evidence import read_evidence
    from runner.reporting.results import sentence

    folder = _run_folder(args.run, tuple(args.overrides))
    page = make_report(folder)
    if args.format == "json":
        data = json.loads((folder.path / "report.json").read_text(encoding="utf-8"))
        print(json.dumps({**data, "report": str(page)}, ensure_ascii=False, indent=2))
        return 0
    evidence = read_evidence(folder)
    print(f"{evidence.name} {evidence.fingerprint[:12]}: {evidence.state}")
    print(sentence(evidence))
    print(f"report: {page}")
    return 0


def _run_folder(path: Path, overrides: tuple[str, ...]) -> RunFolder:
    if path.is_dir():
        return _given(path, overrides)
    if not path.is_file():
        raise RunnerError(
            f"{path} is neither a run folder nor a recipe", fix="`runner status` lists the runs"
        )
    return _of_recipe(path, overrides)


def _given(path: Path, overrides: tuple[str, ...]) -> RunFolder:
    if overrides:
        raise RunnerError(f"{path} is a run folder: it takes no overrides", fix="leave out the overrides")
    if not any((path / name).exists() for name in ("plan.json", "job.json")):
        raise RunnerError(
            f"{path} holds neither plan.json nor job.json", fix="`runner status` lists the run folders"
        )
    return RunFolder(path)


def _of_recipe(path: Path, overrides: tuple[str, ...]) -> RunFolder:
    from runner.reporting.evidence import section
    from runner.reporting.standing import newest, runs_of_recipe

    runs = runs_of_recipe(project_root(path), path)
    if overrides:
        made_with = [section(run.read("plan.json"), "recipe").get("overrides") or [] for run in runs]
        runs = [run for run, words in zip(runs, made_with, strict=True) if sorted(words) == sorted(overrides)]
    if not runs:
        with_these = f" with {' '.join(overrides)}" if overrides else ""
        raise RunnerError(f"there is no run of {path}{with_these} yet", fix=f"`runner run {path}` makes one")
    return newest(runs)
