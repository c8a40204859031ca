"""One composition: walk the files, let Hydra merge them, apply the overrides, resolve the references."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from runner.compose import Composed
from runner.composition import layout, trace
from runner.composition.defaults import Walk
from runner.composition.documents import Documents, display
from runner.composition.interpolation import Resolver
from runner.composition.overrides import Override, parsed
from runner.finding import Finding, Place


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
    Walk(documents, {override.key for override in good if override.is_group}).start()
    merged = _merged(documents, good)
    if merged is None:
        return None, documents.findings
    mapping, traced = merged
    documents.findings += _apply(mapping, traced, good)
    return _finished(documents, overrides, allow_env, mapping, traced)


def _finished(
    documents: Documents, overrides: tuple[str, ...], allow_env: tuple[str, ...], mapping: Any, traced: trace.Trace
) -> tuple[Composed, list[Finding]]:
    from omegaconf import OmegaConf

    raw = OmegaConf.to_container(mapping, resolve=False)
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


def _unknown_choices(documents: Documents, overrides: list[Override]) -> list[Finding]:
    """Choices for a group that has no such file."""
    found = []
    for override in overrides:
        if not override.is_group or override.prefix == "~" or override.is_sweep:
            continue
        for name in override.value if isinstance(override.value, list) else [override.value]:
            if documents.find(f"{override.key}/{name}"):
                continue
            options = documents.options(override.key)
            close = difflib.get_close_matches(name, options, n=1)
            guess = f"; did you mean {close[0]!r}?" if close else ""
            message = f"there is no {override.key}/{name}.yaml in conf/{guess}"
            fix = f"one of: {', '.join(options)}" if options else f"write conf/{override.key}/{name}.yaml"
            found.append(Finding("R007", message, place=override.place, path=override.key, fix=fix))
    return found


def _merged(documents: Documents, overrides: list[Override]) -> tuple[Any, trace.Trace] | None:
    """Hydra's merge of the files, and the same with places. A choice that the recipe has no place for is appended."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    choices = [override for override in overrides if override.is_group]
    texts = [text_of(documents, override) for override in choices]
    while True:
        try:
            return _hydra_merge(documents, texts)
        except (HydraException, OmegaConfBaseException, ValueError, AssertionError, RecursionError) as error:
            guilty = next((n for n, o in enumerate(choices) if o.key in str(error).split("\n")[0]), None)
            place = choices[guilty].place if guilty is not None else Place(display(documents.main), 1, 1)
            message = " ".join(str(error).split()) or type(error).__name__
            fix = "compare with the defaults lists of the recipe and of the conf files it names"
            found = Finding("R011", f"Hydra cannot compose the recipe: {message}", place=place, fix=fix)
            documents.findings.append(found)
            if guilty is None:
                return None
            del choices[guilty], texts[guilty]


def text_of(documents: Documents, override: Override) -> str:
    """The override for Hydra: a choice for a group that no defaults list chooses for is appended to them."""
    from hydra.errors import HydraException

    if not override.is_group or override.prefix:
        return override.text
    first = override.text.partition(",")[0] if override.is_sweep else override.text
    try:
        _defaults(documents, [first])
    except HydraException as error:
        return f"+{override.text}" if "Could not override" in str(error) else override.text
    return override.text


def _hydra_merge(documents: Documents, texts: list[str]) -> tuple[Any, trace.Trace]:
    loader, repository, defaults = _defaults(documents, texts)
    config = loader._compose_config_from_defaults_list(defaults=defaults, repo=repository)
    start = Place(display(documents.main), 1, 1)
    traced = trace.Trace({}, start, None)
    for default in defaults:
        if default.config_path is None:
            continue
        path = documents.find(default.config_path)
        if path is None:
            continue
        document = documents.read(path, default.config_path)
        package = default.package if default.package is not None else document.package
        traced = trace.merge(traced, trace.embedded(trace.of_node(document.tree), package or ""))
        traced.before = None
    return config, traced


def _defaults(documents: Documents, texts: list[str]) -> tuple[Any, Any, Any]:
    """Hydra's loader, repository and the flat list of files to merge. No plug-in is scanned or imported."""
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra._internal.config_repository import CachingConfigRepository, ConfigRepository
    from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
    from hydra._internal.core_plugins.structured_config_source import StructuredConfigSource
    from hydra._internal.defaults_list import create_defaults_list
    from hydra.core.override_parser.overrides_parser import OverridesParser

    from runner.composition.source import StrictSource, strict_path

    loader = ConfigLoaderImpl(ConfigSearchPathImpl())
    repository = ConfigRepository(ConfigSearchPathImpl())
    repository.sources = [
        *(
            StrictSource("main" if number == 0 else "conf", strict_path(documents.main, number), documents)
            for number, _ in enumerate(documents.folders)
        ),
        StructuredConfigSource("schema", "structured://"),
    ]
    caching = CachingConfigRepository(repository)
    found = create_defaults_list(
        repo=caching,
        config_name=layout.config_name(documents.main),
        overrides_list=OverridesParser.create().parse_overrides(texts),
        prepend_hydra=False,
        skip_missing=False,
    )
    return loader, caching, found.defaults


@contextlib.contextmanager
def current_hydra() -> Iterator[None]:
    """Hydra's current behaviour (no deprecated forms) for as long as the block lasts."""
    import warnings

    from hydra import version

    state = version.VersionBase.instance()
    before = state.version_base
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        version.setbase("1.3")
        try:
            yield
        finally:
            state.version_base = before


def _apply(config: Any, traced: trace.Trace, overrides: list[Override]) -> Iterator[Finding]:
    """Set and delete values as the overrides say; yields what cannot be done."""
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    OmegaConf.set_struct(config, True)
    for override in (override for override in overrides if not override.is_group):
        names = override.key.split(".")
        try:
            if override.prefix == "~":
                yield from _delete(config, traced, override, names)
                continue
            ConfigLoaderImpl._apply_overrides_to_config([override.parsed], config)
        except (HydraException, OmegaConfBaseException, ValueError, TypeError, AssertionError) as error:
            message = " ".join(str(error).split())
            yield Finding("R008", f"override {override.typed!r}: {message}", place=override.place, path=override.key)
            continue
        typed = trace.of_value(override.value, override.place, override.typed.partition("=")[2])
        laid = trace.merge(traced, trace.embedded(typed, override.key))
        traced.value = laid.value


def _delete(config: Any, traced: trace.Trace, override: Override, names: list[str]) -> Iterator[Finding]:
    from omegaconf import DictConfig, open_dict

    node: Any = config
    for name in names[:-1]:
        node = node._get_node(name) if isinstance(node, DictConfig) and name in node else None
    present = isinstance(node, DictConfig) and not node._is_none() and names[-1] in node.keys()
    if not present:
        options = [str(key) for key in node.keys()] if isinstance(node, DictConfig) and not node._is_none() else []
        close = difflib.get_close_matches(names[-1], options, n=1)
        guess = f"; did you mean ~{'.'.join([*names[:-1], close[0]])}?" if close else ""
        fix = f"there: {', '.join(options)}" if options else "leave the override out"
        message = f"{override.typed!r}: there is no {override.key} to delete{guess}"
        yield Finding("R008", message, place=override.place, path=override.key, fix=fix)
        return
    with open_dict(config):
        del node[names[-1]]
    trace.delete(traced, names)
