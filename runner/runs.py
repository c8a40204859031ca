"""The run folder: one job as files that can be read without this tool."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.atomic import write_json
from runner.seal import SEAL, is_sealed, sealed

_JOB = "job.json"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """`runs/<recipe name>/<first 12 characters of the fingerprint>/`."""

    path: Path

    def read(self, name: str) -> Any:
        """A JSON file of the folder, or None if it is not there yet. Whoever wrote it: only to be shown."""
        file = self.path / name
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None

    def job(self) -> dict[str, Any] | None:
        """`job.json` to go by, or None if there is none, or this user's runner did not write exactly this."""
        data = self.read(_JOB)
        return {key: value for key, value in data.items() if key != SEAL} if is_sealed(data) else None

    def write(self, name: str, data: Any) -> None:
        """Replace a JSON file of the folder."""
        write_json(self.path / name, sealed(data) if name == _JOB else data)

    def log(self, event: str, **details: Any) -> None:
        """Append one line to `events.jsonl`."""
        line = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, **details}
        # Never through a link: one that came with a pull request could lead to any file of the user's.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        with os.fdopen(os.open(self.path / "events.jsonl", flags, 0o644), "a", encoding="utf-8") as handle:
            handle.write(json.dumps(line, ensure_ascii=False) + "\n")


def runs_folder(root: Path) -> Path:
    """`runs/` of the project."""
    return root / "runs"


def run_folder(root: Path, name: str, fingerprint: str) -> RunFolder:
    """The folder of one job; made when missing."""
    path = runs_folder(root) / name / fingerprint[:12]
    path.mkdir(parents=True, exist_ok=True)
    return RunFolder(path)
