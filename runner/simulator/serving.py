"""The process of a daemon, started by `runner.simulator.daemon`: one folder's world until nobody wants it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runner import atomic
from runner.simulator import elsewhere, keeping
from runner.simulator.daemon import Address
from runner.simulator.server import Server
from runner.simulator.world import World


def serve(folder: Path, rate: float, idle_seconds: float) -> None:
    """Be the daemon of a folder, until `down` or until nobody asks any more."""
    with (folder / "lock").open("a") as lock:
        if not _taken(lock):
            return
        elsewhere.moto()
        world = World(folder / "state.sqlite", rate=rate)
        keeping.restore(world)
        over = threading.Event()
        server = Server(world, on_stop=over.set)
        server.start()
        atomic.write_json(folder / "address.json", asdict(Address(server.url, os.getpid())))
        _say_ready()
        try:
            while not over.wait(min(0.25, idle_seconds)) and _same_file(folder / "lock", lock):
                if time.monotonic() - server.last_request > idle_seconds:
                    break
            time.sleep(0.05)  # the reply to `down` is on its way
        finally:
            server.stop()
            world.close()
            (folder / "address.json").unlink(missing_ok=True)


def _taken(lock: Any) -> bool:
    """Take the daemon's lock. Who only looks whether it is free holds it a moment, so once is not enough."""
    for _ in range(100):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.02)
    return False


def _same_file(path: Path, handle: Any) -> bool:
    """Whether the lock is still there: who deletes the folder (`git clean -fdx`) wants no daemon left."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle.fileno()))
    except OSError:
        return False


def _say_ready() -> None:
    """Tell who started us; then nobody holds our standard output."""
    with contextlib.suppress(OSError):
        os.write(1, b"up\n")
    os.dup2(2, 1)


if __name__ == "__main__":
    # Twice away from who started us: no Ctrl-C reaches the daemon, and nobody has to wait for its end.
    if os.fork():
        os._exit(0)
    os.setsid()
    serve(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
