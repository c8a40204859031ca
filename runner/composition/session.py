"""A Hydra application over one recipe (`--multirun`): same search path, strict reader and overrides."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from runner.composition import composer, layout, merging
from runner.composition.documents import display
from runner.composition.overrides import parsed
from runner.errors import RecipeError
from runner.finding import Finding, Place


@contextlib.contextmanager
def session(file: Path, allow_env: Collection[str]) -> Iterator[Any]:
    """Hydra, set up for a recipe, for as long as the block lasts."""
    from hydra._internal.hydra import Hydra
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.plugins import Plugins

    from runner.composition.source import StrictSource, hydra_search_path

    GlobalHydra.instance().clear()
    with merging.current_hydra():
        Plugins.instance().register(StrictSource)
        try:
            yield Hydra.create_main_hydra2(
                task_name="runner", config_search_path=hydra_search_path(file, allow_env)
            )
        finally:
            GlobalHydra.instance().clear()


def prepared_overrides(
    file: Path, overrides: Sequence[str], *, multirun: bool, allow_env: Collection[str] = ()
) -> list[str]:
    """The overrides for Hydra. Errors: `RecipeError` with a finding for each that cannot be used."""
    documents = layout.documents_of(file, allow_env)
    good, findings = parsed(overrides, composer.is_group(documents), multirun=multirun, allow_env=allow_env)
    if findings:
        raise RecipeError(findings)
    with merging.current_hydra():
        return [merging.text_of(documents, override) for override in good]


@contextlib.contextmanager
def composition_errors(file: Path) -> Iterator[None]:
    """Turns what Hydra raises into findings."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        message = f"Hydra cannot compose the sweep: {' '.join(str(error).split())}"
        place = Place(display(layout.located(file)[0]), 1, 1)
        raise RecipeError([Finding("R011", message, place=place)]) from error
