"""Whose something at AWS is: two projects in one account may have the same name, and colleagues share one.

The tag `runner:owner` says it for people and for `runner cleanup`: user, machine and folder. It follows from
nothing that can be lost with the ledger.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import socket

_NOT_IN_TAGS = re.compile(r"[^a-zA-Z0-9\s._:/=+@-]")
_TAG_VALUE_LIMIT = 256


def owner(project: str) -> str:
    """`user@machine:folder`, legal as a tag's value."""
    return legal(f"{_user()}@{socket.gethostname()}:{project}")


def legal(value: str) -> str:
    """What AWS takes as a tag's value; of two long ones that begin alike, each keeps a mark of its own."""
    clean = _NOT_IN_TAGS.sub("_", value)
    if len(clean) <= _TAG_VALUE_LIMIT:
        return clean
    mark = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{clean[: _TAG_VALUE_LIMIT - 17]}-{mark}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without an entry for this user
        return str(os.getuid())
