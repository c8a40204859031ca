"""Results of shards on disk, by the address of all they depend on: found again, or worked out and kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runner.atomic import canonical_json
from runner.building.outcome import Outcome, pack, unpack

if TYPE_CHECKING:
    from runner.building.pipeline import Task


@dataclass(frozen=True, slots=True)
class CachedRun:
    """A callable for an engine: `run` of a task, unless its result is at hand. Picklable."""

    run: Callable[[Task], Outcome]
    folder: Path
    base: str
    """Address of what all tasks have in common: steps, code, versions."""

    def __call__(self, task: Task) -> Outcome:
        """The task's outcome, from the cache if it is there and whole."""
        file = self._file(task)
        with contextlib.suppress(OSError, ValueError):
            return unpack(file.read_bytes())
        outcome = self.run(task)
        outcome.packed = pack(outcome)
        # Without fsync: the file carries a checksum, so one torn by a power cut is found out and made again.
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            aside = file.with_name(f"{file.name}.{os.getpid()}.part")
            aside.write_bytes(outcome.packed)
            aside.replace(file)
        return outcome

    def _file(self, task: Task) -> Path:
        shard = task.shard
        rest = [
            self.base,
            task.fields,
            task.rows,
            shard.label,
            shard.first,
            shard.decoder,
            shard.name,
            shard.line,
        ]
        whole = hashlib.sha256(canonical_json(rest))
        whole.update(hashlib.sha256(shard.payload).digest())
        address = whole.hexdigest()
        return self.folder / address[:2] / address


def remove_leftovers(folder: Path) -> None:
    """Delete files that a killed process was writing."""
    for part in folder.glob("*/*.part"):
        if not _alive(part.suffixes[-2]):
            part.unlink(missing_ok=True)


def _alive(suffix: str) -> bool:
    try:
        os.kill(int(suffix.lstrip(".")), 0)
    except (ValueError, ProcessLookupError):
        return False
    except OSError:
        return True
    return True
