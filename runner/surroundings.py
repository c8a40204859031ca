"""What is installed and reachable on this machine, and what a recipe needs of it; imports none of it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from runner import __version__
from runner.errors import RunnerError
from runner.local.hardware import best_device, best_precision, cgroup_cpus, cpu_capability, usable_threads
from runner.local.models import DEFAULT_BASE, cache_home, gguf_file
from runner.model import load_model
from runner.project import cache_folder
from runner.recipe import Recipe

_DISTRIBUTION = "bedrock-recipe-runner"
_OLDEST_PYTHON = (3, 11)
_LITTLE_DISK_GB = 5.0
CREDENTIALS = "AWS credentials"
SAMPLE_MODEL = "sample model"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of `runner doctor`: what was looked at, what is there, and what to do about it."""

    topic: str
    state: Literal["ok", "warn", "missing"]
    found: str
    fix: str = ""


def surroundings(root: Path, *, online: bool = False) -> Iterator[Fact]:
    """Everything this program can use. No network call unless `online`."""
    yield _python()
    yield Fact("runner", "ok", __version__)
    yield from _packages()
    yield _sample_model()
    yield from _machine(root)
    yield from _caches(root)
    yield from _aws(online)
    yield _hub()


def needs(recipe: Recipe) -> frozenset[str]:
    """Topics that the recipe cannot do without, by what it names."""
    wanted = {"Python"}
    for source in recipe.sources:
        if source.kind == "huggingface":
            wanted.add("hub: datasets")
        if any(text.startswith("s3://") for text in _texts(source.options)):
            wanted |= {"aws: boto3", CREDENTIALS}
    if recipe.executor.kind == "local":
        wanted |= {f"local: {name}" for name in _requirements("local")}
        model = load_model(recipe.model)
        base = model.id if model.platform == "local" else DEFAULT_BASE
        if (recipe.executor.options.get("base") or base) in load_model(DEFAULT_BASE).names:
            wanted.add(SAMPLE_MODEL)
    elif recipe.executor.kind == "bedrock":
        wanted |= {"aws: boto3", CREDENTIALS}
    return frozenset(wanted)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _python() -> Fact:
    fine = sys.version_info[:2] >= _OLDEST_PYTHON
    return Fact(
        "Python",
        "ok" if fine else "missing",
        platform.python_version(),
        "" if fine else "use Python 3.11 or later",
    )


def _requirements(extra: str) -> Mapping[str, Any]:
    """This distribution's own requirements for one extra (empty: the core), so that no list is kept twice."""
    from packaging.requirements import Requirement

    try:
        texts = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return {}
    parsed = [Requirement(text) for text in texts]
    if not extra:
        return {each.name: each.specifier for each in parsed if each.marker is None}
    chosen = (each for each in parsed if each.marker is not None and each.marker.evaluate({"extra": extra}))
    return {each.name: each.specifier for each in chosen}


def _packages() -> Iterator[Fact]:
    for extra in ("", "local", "hub", "aws"):
        install = f"pip install '{_DISTRIBUTION}[{extra}]'" if extra else f"pip install {_DISTRIBUTION}"
        for name, allowed in _requirements(extra).items():
            topic = f"{extra or 'core'}: {name}"
            try:
                version = metadata.version(name)
            except metadata.PackageNotFoundError:
                yield Fact(topic, "missing", "not installed", install)
                continue
            fits = allowed.contains(version, prereleases=True)
            yield Fact(
                topic,
                "ok" if fits else "warn",
                version if fits else f"{version}, not {allowed}",
                "" if fits else install,
            )


def _sample_model() -> Fact:
    artifact = load_model(DEFAULT_BASE).data["artifact"]
    there = gguf_file(artifact) is not None
    name = f"{artifact['package']} {artifact['version']}"
    return Fact(
        SAMPLE_MODEL,
        "ok" if there else "missing",
        name if there else f"{name} is not installed",
        "" if there else artifact["install"],
    )


def _machine(root: Path) -> Iterator[Fact]:
    quota = cgroup_cpus()
    limited = f" (cgroup quota: {quota:g} CPUs)" if quota is not None else ""
    yield Fact("CPU threads", "ok", f"{usable_threads()} of {os.cpu_count()}{limited}")
    capability, device = cpu_capability(), best_device()
    yield Fact("CPU kind", "ok", f"{capability}; trains on {device} in {best_precision(device, capability)}")
    free = shutil.disk_usage(root).free / 1e9
    little = free < _LITTLE_DISK_GB
    yield Fact(
        "free disk",
        "warn" if little else "ok",
        f"{free:.1f} GB in {root}",
        "make room: a run keeps checkpoints" if little else "",
    )


def _caches(root: Path) -> Iterator[Fact]:
    for topic, folder in (("data cache", cache_folder(root)), ("model cache", cache_home())):
        files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
        size = sum(path.stat().st_size for path in files) / 1e6
        yield Fact(topic, "ok", f"{size:.1f} MB in {folder}; may be deleted" if files else f"empty: {folder}")


def _aws(online: bool) -> Iterator[Fact]:
    if find_spec("boto3") is None:
        yield Fact(
            CREDENTIALS,
            "missing",
            "not looked for: boto3 is not installed",
            f"pip install '{_DISTRIBUTION}[aws]'",
        )
        return
    from runner.aws.identity import identity

    fix = "sign in (`aws sso login`, `aws configure`), or set AWS_PROFILE; only S3 and Bedrock need them"
    try:
        found = identity(online=online)
    except RunnerError as error:
        yield Fact(CREDENTIALS, "missing", error.message, error.fix or fix)
        return
    if found is None:
        unasked = "" if online else " (roles of a server were not asked: add --online)"
        yield Fact(CREDENTIALS, "missing", f"none found{unasked}", fix)
        return
    account = f", account {found.account}, accepted by AWS" if found.account else ", not tried: add --online"
    yield Fact(CREDENTIALS, "ok", f"found by {found.method}, profile {found.profile}{account}")
    yield Fact(
        "AWS region",
        "ok" if found.region else "warn",
        found.region or "not set",
        "" if found.region else "set AWS_DEFAULT_REGION",
    )
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        # The host only: an address may hold a password.
        yield Fact(
            "AWS endpoint",
            "warn",
            f"{urlsplit(endpoint).hostname} instead of AWS",
            "unset AWS_ENDPOINT_URL to use AWS",
        )


def _hub() -> Fact:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return Fact("model and data hub", "warn", "switched off by HF_HUB_OFFLINE", "unset HF_HUB_OFFLINE")
    host = urlsplit(os.environ.get("HF_ENDPOINT", "")).hostname
    token = "a token is set" if os.environ.get("HF_TOKEN") else "no token in HF_TOKEN"
    return Fact("model and data hub", "ok", f"{host or 'the default endpoint'}; {token}; not asked")
