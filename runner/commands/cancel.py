"""Stop the job of a run; what it has reached is kept where the platform can keep it.

RUN is the run folder of one job, or a recipe: then the job of its newest run is stopped. AWS takes a moment
to stop a job.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.runs import RunFolder


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner cancel`."""
    parser.add_argument("run", metavar="RUN", help="a run folder, or a recipe")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Ask the executor to stop the job."""
    from runner import plugins
    from runner.job import Job

    folder = _run_folder(Path(args.run))
    found, plan = folder.job(), folder.read("plan.json")
    if not found or not plan:
        raise RunnerError(f"{folder.path} holds no job of yours", fix="`runner status` lists the runs")
    options = dict(plan["recipe"]["config"]["executor"])
    executor = plugins.load("executors", options.pop("kind"))(**options)
    before = Job.from_dict(found)
    job = executor.refresh(before, folder)
    if job.state == "InProgress":
        job = executor.cancel(job, folder)
    folder.write("job.json", job.as_dict())
    if args.format == "json":
        print(json.dumps(job.as_dict(), ensure_ascii=False, indent=2))
    elif job.state == "Stopping":
        print(f"{job.name}: stopping; `runner run` tells how it ended")
    else:
        print(f"{job.name}: {job.state}, nothing to stop")
    return 0


def _run_folder(path: Path) -> RunFolder:
    from runner.project import project_root
    from runner.reporting.standing import newest, runs_of_recipe
    from runner.runs import RunFolder

    if path.is_dir():
        return RunFolder(path.resolve())
    runs = runs_of_recipe(project_root(path), path) if path.is_file() else []
    if not runs:
        raise RunnerError(
            f"there is no run of {path}", fix="give a run folder of runs/, or a recipe that was run"
        )
    return newest(runs)
