"""The state of a path that a composition looked at: equal states mean an equal composition."""

from __future__ import annotations

import hashlib
import os
import stat


def state_of(path: str) -> str | None:
    """SHA-256 of a file's bytes, `folder:` and a digest of the names in a folder, None where nothing is."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            names = "\0".join(sorted(os.listdir(path)))
            return "folder:" + hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()
        if not stat.S_ISREG(mode):  # reading a pipe could wait for ever, and a device never end
            return "special"
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
