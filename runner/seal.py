"""What only this user knows, so that files that arrive with a pull request are never taken for our own work.

A repository may carry anything, force-added caches and run folders included. Derived data therefore lies in a
folder whose name nobody else can tell, and a result that is acted on is sealed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.project import cache_folder, cache_home

SEAL = "seal"


def private_cache(root: Path) -> Path:
    """Where the project's derived data lie. Errors: as of `private_folder`."""
    return private_folder(root, "cache")


def private_folder(root: Path, kind: str) -> Path:
    """A folder below the project's `.runner/<kind>/` that only this user can name.

    Errors: `RunnerError` when the user's own folder cannot be written.
    """
    return cache_folder(root) / kind / _mac(f"{kind}\0{root.resolve()}")[:16]


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same data with a seal that only this user can make."""
    content = {key: value for key, value in data.items() if key != SEAL}
    return {**content, SEAL: _mac(_canonical(content))}


def is_sealed(data: Any) -> bool:
    """Whether this user's runner wrote exactly this."""
    if not isinstance(data, dict) or not isinstance(seal := data.get(SEAL), str):
        return False
    content = {key: value for key, value in data.items() if key != SEAL}
    return hmac.compare_digest(seal.encode("utf-8", "replace"), _mac(_canonical(content)).encode())


def secret() -> str:
    """64 hex digits kept in the user's cache folder, made when missing. Errors: `OSError`, `ValueError`."""
    file = cache_home() / "secret"
    try:
        found = file.read_text("ascii")
    except FileNotFoundError:
        found = os.urandom(32).hex()
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f"secret.{os.getpid()}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            handle.write(found)
        try:
            os.link(aside, file)  # whole or not at all; the first of two processes wins
        except FileExistsError:
            found = file.read_text("ascii")
        finally:
            os.unlink(aside)
    if len(found) != 64:
        raise ValueError(f"{file} is not ours")
    return found


def _mac(text: str) -> str:
    try:
        key = secret()
    except (OSError, ValueError) as error:
        raise RunnerError(
            f"{cache_home()} cannot hold this user's secret: {error}",
            fix="set RUNNER_CACHE to a folder that you can write to",
        ) from None
    return hmac.new(key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
