"""One resolved training job, as the trainer's process reads it from its JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.atomic import digest, write_json


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """Everything one training needs. `settings` is the part that the plan's fingerprint covers."""

    folder: Path
    """The run folder: `train.jsonl` and `validation.jsonl` are in it, results go into it."""
    location: Path | None
    """The base's GGUF file or folder on this machine; None when it is made or fetched."""
    settings: Mapping[str, Any]
    records: Mapping[str, int | None]
    """How many records the plan expects: `train`, `validation`."""
    checkpoint_steps: int

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        """Effective values; early stopping is None where it is off."""
        return self.settings["hyperparameters"]  # type: ignore[no-any-return]

    @property
    def artifacts(self) -> Path:
        """Where models and metric tables go."""
        return self.folder / "artifacts"

    @property
    def digest(self) -> str:
        """Names the job: a checkpoint of another one is not resumed."""
        return digest({"settings": self.settings, "records": self.records})

    def write(self, path: Path) -> None:
        """Save the job for the trainer's process."""
        data = {
            "folder": str(self.folder),
            "location": None if self.location is None else str(self.location),
            "settings": dict(self.settings),
            "records": dict(self.records),
            "checkpoint_steps": self.checkpoint_steps,
        }
        write_json(path, data)


def read_job(path: Path) -> TrainingJob:
    """The job in a file that `TrainingJob.write` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))
    location = Path(data["location"]) if data["location"] else None
    return TrainingJob(
        Path(data["folder"]),
        location,
        data["settings"],
        data["records"],
        data["checkpoint_steps"],
    )
