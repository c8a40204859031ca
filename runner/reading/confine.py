"""Which files a recipe may name: those inside the project and the data roots, however the path is written.

A recipe arrives as a pull request and is built where credentials lie about, so a path written in a file
must end, with every symbolic link followed, in a declared folder. A path typed on the command line is
the user's own. Both the checks and the build ask here, and the build asks again once the file is open.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from runner.errors import RunnerError

_OPEN = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class OutsideError(RunnerError):
    """The path ends outside the folders that a recipe may read."""


class MissingError(RunnerError):
    """Nothing is there under this path."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where relative paths start, and the folders (resolved) that a path may end in; None is anywhere."""

    base: Path
    folders: tuple[Path, ...] | None

    @classmethod
    def of(cls, root: Path, data_roots: Iterable[Path], *, trusted: bool) -> Reach:
        """The reach of a value written in a file or, `trusted`, on the command line."""
        if trusted:
            return cls(Path.cwd(), None)
        return cls(root, tuple(dict.fromkeys(folder.resolve() for folder in (root, *data_roots))))

    def absolute(self, text: str) -> Path:
        """The path as written, from `base`. Only a trusted path may start with `~`."""
        if "\0" in text or not text.strip():
            raise RunnerError(f"{text!r} is not a path")
        path = Path(text)
        if self.folders is None and text.startswith("~"):
            path = path.expanduser()
        return Path(os.path.normpath(self.base / path)) if self.folders is None else self.base / path

    def resolve(self, path: Path) -> Path:
        """The real path. Errors: `OutsideError` if it leaves the folders, `MissingError` if nothing is there.

        A path that leaves is refused whether it exists or not: the answer tells nothing about files outside.
        """
        try:
            real = path.resolve()
        except (OSError, RuntimeError) as error:  # a loop of links, or a name too long for the system
            raise RunnerError(f"{path} cannot be followed: {_reason(error)}") from None
        if not self.holds(real):
            target = "" if real == Path(os.path.normpath(path)) else f" (it leads to {real})"
            raise OutsideError(
                f"{path}{target} lies outside the project and the declared data folders",
                fix=f"move the data into {self.base}, or allow the folder that it lies in: --data-root DIR",
            )
        try:
            real.stat()
        except FileNotFoundError:
            raise MissingError(f"{path} does not exist") from None
        except OSError as error:
            raise RunnerError(f"{path} cannot be read: {_reason(error)}") from None
        return real

    def holds(self, real: Path) -> bool:
        """Whether a resolved path lies in one of the folders."""
        return self.folders is None or any(real.is_relative_to(folder) for folder in self.folders)

    def open(self, path: Path) -> BinaryIO:
        """The regular file at `path`, opened for reading, checked before and after it is open.

        Between a check and an `open` a link can be turned elsewhere; so the file that was opened must
        still be the one found under the real path, and that path must still be its own real path.
        """
        real = self.resolve(path)
        try:
            # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
            descriptor = os.open(
                real, _OPEN | (getattr(os, "O_NOFOLLOW", 0) if self.folders is not None else 0)
            )
        except OSError as error:
            raise RunnerError(f"{path} cannot be read: {_reason(error)}") from None
        try:
            opened = os.fstat(descriptor)
            if not stat.S_ISREG(opened.st_mode):
                raise RunnerError(f"{path} is not a regular file", fix="name a file that holds records")
            if self.folders is not None and not _same(self.resolve(path), opened):
                raise OutsideError(
                    f"{path} changed place while it was being opened", fix="run the command again"
                )
        except BaseException:
            os.close(descriptor)
            raise
        return os.fdopen(descriptor, "rb")


def _same(real: Path, opened: os.stat_result) -> bool:
    found = os.lstat(real)
    return (found.st_dev, found.st_ino) == (opened.st_dev, opened.st_ino)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
