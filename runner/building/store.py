"""Folders of the build cache: each appears whole under its address, or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

_PART = ".part"


def stored(folder: Path, address: str, make: Callable[[Path], None], whole: Callable[[Path], bool]) -> Path:
    """The folder `folder/address`, made by `make` in a folder aside unless one that is `whole` is there.

    Two processes may ask for the same address: one makes it, the other waits and finds it.
    """
    final = folder / address
    if whole(final):
        return final
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder, address):
        _remove_leftovers(folder, address)
        if whole(final):
            return final
        aside = folder / f"{address}{_PART}"
        aside.mkdir()
        try:
            make(aside)
            _flush(aside)
            if final.exists():
                shutil.rmtree(final)  # damaged: it was not whole
            aside.rename(final)
            _flush_folder(folder)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    return final


def _remove_leftovers(folder: Path, mine: str) -> None:
    """Delete what killed processes were making: a folder aside whose lock nobody holds."""
    for part in folder.glob(f"*{_PART}"):
        address = part.name.removesuffix(_PART)
        if address == mine:
            shutil.rmtree(part, ignore_errors=True)
            continue
        with contextlib.suppress(BlockingIOError), _locked(folder, address, wait=False):
            shutil.rmtree(part, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path, address: str, *, wait: bool = True) -> Iterator[None]:
    """A lock that the operating system takes back when its holder dies."""
    import fcntl

    locks = folder.parent / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / address).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def _flush(folder: Path) -> None:
    for file in folder.iterdir():
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
