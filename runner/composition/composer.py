"""One composition: walk the files, let Hydra merge them, apply the overrides, resolve the references."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.compose import Composed
from runner.composition import layout, trace
from runner.composition.applying import apply
from runner.composition.defaults import Walk
from runner.composition.documents import Documents, display
from runner.composition.interpolation import Resolver
from runner.composition.merging import current_hydra, merged
from runner.composition.overrides import Override, parsed
from runner.finding import Finding


def composed_recipe(
    file: Path, overrides: tuple[str, ...], allow_env: tuple[str, ...]
) -> tuple[Composed | None, list[Finding]]:
    """See `runner.compose.compose_all`."""
    documents = layout.documents_of(file, allow_env)
    main = documents.read(documents.main, layout.config_name(documents.main))
    if main.broken or "${" in file.name:
        return None, documents.findings
    with current_hydra():
        return _composed(documents, overrides, allow_env)


def _composed(
    documents: Documents, overrides: tuple[str, ...], allow_env: tuple[str, ...]
) -> tuple[Composed | None, list[Finding]]:
    good, findings = parsed(overrides, is_group(documents), allow_env=allow_env)
    findings += _unknown_choices(documents, good)
    documents.findings += findings
    bad = {finding.place for finding in findings}
    good = [override for override in good if override.place not in bad]
    Walk(documents, {override.key: _names(override) for override in good if override.is_group}).start()
    found = merged(documents, good)
    if found is None:
        return None, documents.findings
    mapping, traced = found
    documents.findings += apply(mapping, traced, good)
    return _finished(documents, overrides, allow_env, mapping, traced)


def _finished(
    documents: Documents,
    overrides: tuple[str, ...],
    allow_env: tuple[str, ...],
    mapping: Any,
    traced: trace.Trace,
) -> tuple[Composed, list[Finding]]:
    from omegaconf import OmegaConf

    from runner.composition.source import unmasked

    raw = unmasked(OmegaConf.to_container(mapping, resolve=False))
    assert isinstance(raw, dict)
    resolver = Resolver(raw, allow_env)
    resolved = resolver.everything()
    unreadable = {"R001", "R002", "R003", "R005", "R006", "R007", "R305"}
    composed = Composed(
        documents.main,
        documents.root,
        overrides,
        resolved,
        trace.origins(traced),
        shown=display(documents.main),
        complete=not any(finding.code in unreadable for finding in documents.findings),
        looked_at=documents.looked_at,
    )
    findings = list(documents.findings)
    for path, why in resolver.failures.items():
        fix = "refer to a key of the composed recipe by its whole path, such as ${model}"
        findings.append(composed.finding(path, "R009", f"{path}: {why}", fix=fix))
    for path, origin in composed.origins.items():
        if origin.value == "???" and isinstance(origin.value, str):
            fix = f"write it in the recipe, or on the command line: {path}=..."
            findings.append(composed.finding(path, "R010", f"{path} must be given", fix=fix))
    return composed, findings


def is_group(documents: Documents) -> Callable[[str], bool]:
    """Whether a name is a config group of the recipe."""
    return lambda name: any(documents.is_group(name, folder) for folder in documents.folders)


def _names(override: Override) -> list[str]:
    """The files of its group that an override chooses."""
    names = override.value if isinstance(override.value, list) else [override.value]
    return [name for name in names if isinstance(name, str) and name]


def _unknown_choices(documents: Documents, overrides: list[Override]) -> list[Finding]:
    """Choices for a group that has no such file."""
    found = []
    for override in overrides:
        if not override.is_group or override.prefix == "~" or override.is_sweep:
            continue
        for name in _names(override):
            if documents.find(f"{override.key}/{name}"):
                continue
            options = documents.options(override.key)
            close = difflib.get_close_matches(name, options, n=1)
            guess = f"; did you mean {close[0]!r}?" if close else ""
            message = f"there is no {override.key}/{name}.yaml in conf/{guess}"
            fix = f"one of: {', '.join(options)}" if options else f"write conf/{override.key}/{name}.yaml"
            found.append(Finding("R007", message, place=override.place, path=override.key, fix=fix))
    return found
