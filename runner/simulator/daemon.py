"""The simulated AWS as a process of its own, one for each folder, that outlives the command that started it.

The folder holds `state.sqlite`, `address.json` (url, pid), `lock` (held by the living daemon), `daemon.log`.
It ends by `down`, or after a time without a request; what it held is there again at the next start.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.errors import RunnerError

IDLE_SECONDS = 3600
"""A daemon that nobody asked anything for so long ends."""
DEMO_RATE = 300.0
"""Simulated seconds in a real one: a job takes six seconds."""
_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Address:
    """Where a living daemon listens."""

    url: str
    pid: int


def ensure_up(folder: Path, *, rate: float = DEMO_RATE, idle_seconds: float = IDLE_SECONDS) -> Address:
    """The folder's daemon, started if none lives. Many may ask at once; one is started.

    Errors: `RunnerError` when moto is missing or the daemon does not come up.
    """
    living = _answering(folder)
    if living is not None:
        return living
    _require_installed()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_no_links(folder)
    with _locked(folder / "starting"):
        living = _answering(folder)
        return living if living is not None else _started(folder, rate, idle_seconds)


def standing(folder: Path) -> Address | None:
    """The folder's living daemon, or None. The lock tells: a pid may have been given to another process."""
    if not (folder / "lock").exists() or _free(folder / "lock"):
        return None
    try:
        found = json.loads((folder / "address.json").read_text(encoding="utf-8"))
        return Address(str(found["url"]), int(found["pid"]))
    except (OSError, ValueError, KeyError):
        return None


def _answering(folder: Path) -> Address | None:
    """The folder's daemon if it takes calls; one just killed may hold the lock for a moment longer."""
    for _ in range(100):
        living = standing(folder)
        if living is None:
            return None
        with contextlib.suppress(RunnerError):
            order(living, "ping")
            return living
        time.sleep(0.02)
    return None


def down(folder: Path) -> bool:
    """End the folder's daemon and wait until it is gone; False when none lived. What it held stays."""
    living = standing(folder)
    if living is None:
        return False
    with contextlib.suppress(RunnerError):
        order(living, "down")
    deadline = time.monotonic() + 10
    while not _free(folder / "lock"):
        if time.monotonic() > deadline:
            raise RunnerError(f"the simulator (process {living.pid}) does not end", fix=f"kill {living.pid}")
        time.sleep(0.02)
    return True


def order(address: Address, name: str, words: dict[str, Any] | None = None) -> dict[str, Any]:
    """Tell a daemon something (`runner.simulator.control`). Errors: `RunnerError`."""
    body = json.dumps(words or {}).encode()
    headers = {"x-runner-simulator": "1", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{address.url}/_simulator/{name}", body, headers, method="POST")
    # No proxy of the environment: this is this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as reply:
            answer: dict[str, Any] = json.loads(reply.read())
            return answer
    except urllib.error.HTTPError as error:
        raise RunnerError(f"the simulator refuses: {json.loads(error.read())['error']}") from None
    except OSError as error:
        raise RunnerError(f"the simulator does not answer: {error}") from None


def _started(folder: Path, rate: float, idle_seconds: float) -> Address:
    (folder / "address.json").unlink(missing_ok=True)
    words = [sys.executable, "-m", "runner.simulator.serving", str(folder), str(rate), str(idle_seconds)]
    log = folder / "daemon.log"
    with log.open("wb") as output, open(os.devnull, "rb") as nothing:
        process = subprocess.Popen(
            words, stdin=nothing, stdout=subprocess.PIPE, stderr=output, env=_environment(), cwd=folder
        )
    with process:
        assert process.stdout is not None
        # The daemon is a grandchild; it says a line when it listens, and the pipe closes if it dies.
        ready = bool(select.select([process.stdout], [], [], _START_SECONDS)[0]) and process.stdout.readline()
    living = standing(folder)
    if ready and living is not None:
        return living
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    reason = f": {said[-1]}" if said else ""
    raise RunnerError(
        f"the simulated AWS did not start{reason}", fix=f"read {log}, or delete {folder} to begin anew"
    )


def _environment() -> dict[str, str]:
    """The caller's environment without anything of AWS: the daemon needs no credentials, so it gets none."""
    import runner

    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_", "S3_"))
    }
    # The daemon works in its own folder, so the package is found by where this one was loaded from.
    place = str(Path(runner.__file__).parents[1])
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, [place, kept.get("PYTHONPATH", "")])),
        "PYTHONSAFEPATH": "1",
    }


def _require_no_links(folder: Path) -> None:
    """A project that came from elsewhere must not have the daemon write through its links."""
    for place in (folder.parent, folder, *folder.iterdir()):
        if place.is_symlink():
            raise RunnerError(
                f"{place} is a link", fix="remove it: the simulator's state is a plain folder of its own"
            )


def _require_installed() -> None:
    import importlib.util

    missing = [name for name in ("boto3", "moto", "flask") if importlib.util.find_spec(name) is None]
    if missing:
        from runner.simulator.elsewhere import INSTALL

        raise RunnerError(
            f"the simulated AWS needs {', '.join(missing)}, which is not installed", fix=INSTALL
        )


def _free(path: Path) -> bool:
    """Whether nobody holds the lock."""
    try:
        with path.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
