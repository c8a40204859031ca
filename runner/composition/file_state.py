"""The state of a path that a composition looked at: equal states mean an equal composition."""

from __future__ import annotations

import hashlib
import os


def state_of(path: str) -> str | None:
    """SHA-256 of a file's bytes, `folder:` and a digest of the names in a folder, None where nothing is."""
    try:
        if os.path.isdir(path):
            names = "\0".join(sorted(os.listdir(path)))
            return "folder:" + hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()
        with open(path, "rb") as handle:
            return hashlib.sha256(handle.read()).hexdigest()
    except (OSError, ValueError):
        return None
