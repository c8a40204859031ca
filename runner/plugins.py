"""Finds plug-ins: one file of a folder is one plug-in, and the function of the same name is its entry.

Third-party packages join through entry points named after the folder, such as `runner.steps`.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints


@cache
def names(folder: str) -> tuple[str, ...]:
    """Names of all plug-ins of a folder such as `steps` or `checks.recipe`, sorted."""
    here = Path(__file__).parent.joinpath(*folder.split("."))
    own = (path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))
    others = (entry.name for entry in _others(folder))
    return tuple(sorted({*own, *others}))


@cache
def load(folder: str, name: str) -> Callable[..., Any]:
    """The plug-in's function. Errors: `RunnerError` when there is no such plug-in."""
    if name not in names(folder):
        raise RunnerError(
            f"there is no {folder} plug-in named {name!r}", fix=f"one of: {', '.join(names(folder))}"
        )
    path = Path(__file__).parent.joinpath(*folder.split("."), f"{name}.py")
    if path.exists():
        module = importlib.import_module(f"runner.{folder}.{name}")
        function = getattr(module, name)
    else:
        function = next(entry for entry in _others(folder) if entry.name == name).load()
    return function  # type: ignore[no-any-return]


def module_constant(folder: str, name: str, constant: str, default: Any) -> Any:
    """A constant of the plug-in's module, such as a step's `SCOPE`."""
    return getattr(inspect.getmodule(load(folder, name)), constant, default)


def _others(folder: str) -> EntryPoints | tuple[()]:
    """Plug-ins of other packages."""
    if not _any_others():
        return ()
    from importlib.metadata import entry_points

    return entry_points(group=f"runner.{folder}")


@cache
def _any_others() -> bool:
    """Whether any installed package has plug-ins; quick, since importing importlib.metadata is not."""
    for folder in sys.path:
        for listed in Path(folder or ".").glob("*-info/entry_points.txt"):
            if b"[runner." in listed.read_bytes():
                return True
    return False
