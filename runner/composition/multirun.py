"""Hydra's own sweeper and launcher over a recipe: `-m` works with every Hydra sweeper and launcher plug-in.

Hydra expands `a=1,2 b=x,y` and starts the jobs; what a job does is the caller's function. It gets the
number and the overrides of its job, composes the recipe again from those (the same composition as
without a sweep), and must not raise: one failing job would hide the others.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from runner.composition.layout import config_name
from runner.composition.quoting import quoted
from runner.composition.session import composition_errors, prepared_overrides, session

Task = Callable[[int, tuple[str, ...]], None]


def launch(
    file: Path, overrides: Sequence[str], task: Task, folder: Path, *, allow_env: Collection[str] = ()
) -> None:
    """Run `task` once for every point of the sweep. `folder` takes Hydra's own files.

    Errors: `RecipeError` with findings when the overrides can't be composed; then no job has started.
    """
    prepared = prepared_overrides(file, overrides, multirun=True, allow_env=allow_env)
    with session(file, allow_env) as hydra, composition_errors(file):
        hydra.multirun(
            config_name=config_name(file),
            task_function=functools.partial(_job, task),
            overrides=[*prepared, *_quiet(folder)],
            with_log_configuration=False,
        )


def _quiet(folder: Path) -> list[str]:
    """Keep Hydra's files in the sweep's folder, its log off the terminal, the working directory as it is."""
    literal = str(folder).replace("${", "\\${")  # a folder may be called anything, a reference too
    return [
        f"hydra.sweep.dir={quoted(literal)}",
        "hydra.sweep.subdir='hydra/${hydra.job.num}'",
        "hydra.output_subdir=null",
        "hydra.job.chdir=false",
        "hydra/job_logging=none",
        "hydra/hydra_logging=none",
    ]


def _job(task: Task, _config: Any) -> None:
    from hydra.core.hydra_config import HydraConfig

    job = HydraConfig.get()
    task(int(job.job.num), tuple(job.overrides.task))
