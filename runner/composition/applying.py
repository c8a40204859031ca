"""Sets and deletes what the overrides say, in the order in which they were typed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from runner.composition import trace
from runner.composition.overrides import Override
from runner.finding import Finding
from runner.origins import spelled


def apply(config: Any, traced: trace.Trace, overrides: list[Override]) -> Iterator[Finding]:
    """Set and delete values as the overrides say; yields what cannot be done."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from runner.composition.source import masked

    for override in (override for override in overrides if not override.is_group):
        names = override.key.split(".")
        try:
            if override.prefix == "~":
                yield from _delete(config, traced, override, names)
                continue
            OmegaConf.update(config, override.key, masked(override.value), merge=True, force_add=True)
        except (
            OmegaConfBaseException,
            ValueError,
            TypeError,
            IndexError,
            AttributeError,
            AssertionError,
        ) as error:
            message = f"override {override.typed!r} cannot be applied: {' '.join(str(error).split())}"
            fix = f"look at what {override.key} holds"
            yield Finding("R008", message, place=override.place, path=override.key, fix=fix)
            continue
        typed = trace.of_value(override.value, override.place, override.typed.partition("=")[2])
        laid = trace.merge(traced, trace.embedded(typed, override.key))
        traced.value = laid.value


def _delete(config: Any, traced: trace.Trace, override: Override, names: list[str]) -> Iterator[Finding]:
    from omegaconf import DictConfig, open_dict

    node: Any = config
    for name in names[:-1]:
        node = node._get_node(name) if isinstance(node, DictConfig) and name in node else None
    present = isinstance(node, DictConfig) and not node._is_none() and names[-1] in node
    if not present:
        options = [str(key) for key in node] if isinstance(node, DictConfig) and not node._is_none() else []
        close = difflib.get_close_matches(names[-1], options, n=1)
        guess = f"; did you mean ~{'.'.join([*names[:-1], close[0]])}?" if close else ""
        fix = f"there: {', '.join(options)}" if options else "leave the override out"
        message = f"{override.typed!r}: there is no {override.key} to delete{guess}"
        yield Finding("R008", message, place=override.place, path=override.key, fix=fix)
        return
    held = trace.plain(trace.below(traced, override.key).value)
    if override.value not in (None, held):
        message = f"{override.typed!r}: {override.key} is {spelled(held)}, so it is not deleted"
        fix = f"~{override.key} deletes it whatever it holds"
        yield Finding("R008", message, place=override.place, path=override.key, fix=fix)
        return
    with open_dict(config):
        del node[names[-1]]
    trace.delete(traced, names)
