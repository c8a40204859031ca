"""Lets Hydra merge the files, without its plug-ins, and traces the same merge."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from runner.composition import layout, trace
from runner.composition.documents import Documents, display
from runner.composition.overrides import Override
from runner.finding import Finding, Place


def merged(documents: Documents, overrides: list[Override]) -> tuple[Any, trace.Trace] | None:
    """Hydra's merge of the files, and the same with places; None if Hydra cannot."""
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
    """The merged files, by Hydra and with places."""
    loader, repository, defaults = _defaults(documents, texts)
    before = len(documents.findings)
    traced = _traced(documents, defaults)
    if len(documents.findings) > before:  # something was taken out: Hydra must read again
        loader, repository, defaults = _defaults(documents, texts)
    return loader._compose_config_from_defaults_list(defaults=defaults, repo=repository), traced


def _traced(documents: Documents, defaults: list[Any]) -> trace.Trace:
    traced = trace.Trace({}, Place(display(documents.main), 1, 1), None)
    for default in defaults:
        path = documents.find(default.config_path) if default.config_path else None
        if path is None:
            continue
        document = documents.read(path, default.config_path)
        package = default.package if default.package is not None else document.package or ""
        for where, node, under in trace.take_out_clashes(trace.below(traced, package), document.tree):
            kinds = ("a list", "a mapping") if isinstance(node.value, list) else ("a mapping", "a list")
            full = f"{package}.{where}".strip(".")
            message = f"{full} is {kinds[0]}, but must be {kinds[1]} as at {under.place}"
            fix = (
                "write `label: {options}` lines instead of `- item` lines"
                if kinds[0] == "a list"
                else "write a list"
            )
            documents.findings.append(
                Finding("R104", message, place=node.key or node.place, path=full, fix=fix)
            )
        traced = trace.merge(traced, trace.embedded(trace.of_node(document.tree), package))
        traced.before = None
    return traced


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
