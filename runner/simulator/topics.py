"""Finds the function that is an operation: any public function named like it in a topic file."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.simulator.world import Request, World

Operation = Callable[["World", "Request"], dict[str, Any]]


@functools.cache
def load_all() -> tuple[ModuleType, ...]:
    """Every topic file: `bedrock/*.py` and `services/*.py`."""
    from runner.simulator import bedrock, services

    return tuple(
        importlib.import_module(f"{package.__name__}.{found.name}")
        for package in (bedrock, services)
        for found in pkgutil.iter_modules(package.__path__)
    )


def service_of(topic: ModuleType) -> str:
    """botocore's name of the service whose operations a topic holds; `bedrock` unless it says `SERVICE`."""
    return str(getattr(topic, "SERVICE", "bedrock"))


@functools.cache
def operations() -> dict[tuple[str, str], Operation]:
    """The functions by service and operation, such as `("bedrock", "CreateModelCustomizationJob")`."""
    from botocore import xform_name

    from runner.simulator.wire import service_model

    found: dict[tuple[str, str], Operation] = {}
    for topic in load_all():
        service = service_of(topic)
        for operation in service_model(service).operation_names:
            function = vars(topic).get(xform_name(operation))
            if function is not None and function.__module__ == topic.__name__:
                if (service, operation) in found:
                    raise RuntimeError(f"{service} {operation} is written twice: {topic.__name__}")
                found[service, operation] = function
    return found


def settle(world: World) -> None:
    """Move everything along to the present: each topic's `settle(world)`, before every operation."""
    for topic in load_all():
        move = getattr(topic, "settle", None)
        if move is not None:
            move(world)
