"""The run folder: one job as files that can be read without this tool."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.atomic import write_json
from runner.seal import is_sealed, sealed

_ACTED_ON = frozenset({"job.json", "metrics.json"})
"""Results that a later run goes by: only this user's own are believed."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """`runs/<recipe name>/<first 12 characters of the fingerprint>/`."""

    path: Path

    def read(self, name: str) -> Any:
        """A JSON file of the folder, or None if it is not there yet.

        A job or metrics that this user's runner did not write is as good as none.
        """
        file = self.path / name
        if not file.exists():
            return None
        data = json.loads(file.read_text(encoding="utf-8"))
        return None if name in _ACTED_ON and not is_sealed(data) else data

    def write(self, name: str, data: Any) -> None:
        """Replace a JSON file of the folder."""
        write_json(self.path / name, sealed(data) if name in _ACTED_ON else data)

    def log(self, event: str, **details: Any) -> None:
        """Append one line to `events.jsonl`."""
        line = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, **details}
        with (self.path / "events.jsonl").open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(line, ensure_ascii=False) + "\n")


def runs_folder(root: Path) -> Path:
    """`runs/` of the project."""
    return root / "runs"


def run_folder(root: Path, name: str, fingerprint: str) -> RunFolder:
    """The folder of one job; made when missing."""
    path = runs_folder(root) / name / fingerprint[:12]
    path.mkdir(parents=True, exist_ok=True)
    return RunFolder(path)
