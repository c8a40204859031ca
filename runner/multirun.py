"""Hydra's own sweeper and launcher over a recipe: `-m` works with every Hydra sweeper and launcher plug-in.

Hydra expands `a=1,2 b=x,y` and starts the jobs; what a job does is the caller's function. It gets the
number and the overrides of its job, composes the recipe again from those (the same composition as
without a sweep), and must not raise: one failing job would hide the others.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from runner.errors import RecipeError
from runner.finding import Finding, Place

Task = Callable[[int, tuple[str, ...]], None]


def launch(file: Path, overrides: Sequence[str], task: Task, folder: Path) -> None:
    """Run `task` once for every point of the sweep. `folder` takes Hydra's own files.

    Errors: `RecipeError` with findings when the overrides can't be composed; then no job has started.
    """
    from hydra._internal.hydra import Hydra

    from runner.composition.layout import config_name
    from runner.composition.source import hydra_search_path

    with _hydra_state(), _composition_errors():
        hydra = Hydra.create_main_hydra2("runner", hydra_search_path(file))
        hydra.multirun(
            config_name=config_name(file),
            task_function=functools.partial(_job, task),
            overrides=[*_prepared(file, overrides), *_quiet(folder)],
            with_log_configuration=False,
        )


def _prepared(file: Path, overrides: Sequence[str]) -> list[str]:
    from runner.composition.layout import documents_of
    from runner.composition.overrides import prepared

    documents = documents_of(file, ())
    return prepared(
        overrides, lambda name: any(documents.is_group(name, path) for path in documents.folders), multirun=True
    )


def _quiet(folder: Path) -> list[str]:
    """Keep Hydra's files in the sweep's folder, its log off the terminal, and the working directory as it is."""
    return [
        f"hydra.sweep.dir='{folder}'",
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


@contextlib.contextmanager
def _hydra_state() -> Iterator[None]:
    """Hydra's global state, set for a sweep and put back after it."""
    from hydra import version
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.plugins import Plugins

    from runner.composition.source import StrictSource

    Plugins.instance().register(StrictSource)
    version.setbase("1.3")
    GlobalHydra.instance().clear()
    try:
        yield
    finally:
        GlobalHydra.instance().clear()


@contextlib.contextmanager
def _composition_errors() -> Iterator[None]:
    """What Hydra refuses before the first job, as a finding."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        message = f"Hydra can't compose the sweep: {' '.join(str(error).split())}"
        raise RecipeError([Finding("R011", message, place=Place("command line"))]) from error
