"""A small training job around the tiny model: its run folder, its plan and its processes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from runner.executors.local import local
from runner.job import Job
from runner.model import load_model
from runner.progress import Progress
from runner.recipe import Budget, Part, Recipe, Split
from runner.runs import RunFolder

DRIVER = Path(__file__).parent / "driver.py"
OPTIONS: dict[str, Any] = {
    "base": "tiny-random",
    "threads": 1,
    "dropout": 0.05,
    "max_new_tokens": 4,
    "samples": 2,
}


def rows(count: int) -> list[dict[str, str]]:
    """Records of different lengths, Japanese among them."""
    return [
        {
            "prompt": f"質問{n}: {'what is ' * (n % 5)}{n}?",
            "completion": f"{n}番の答えです。" + "はい。" * (n % 3),
        }
        for n in range(count)
    ]


@dataclass
class Case:
    """One training: its files, its options, and what the stages before the executor would have made."""

    root: Path
    train: list[dict[str, Any]] = field(default_factory=lambda: rows(24))
    validation: list[dict[str, Any]] = field(default_factory=lambda: rows(30)[24:])
    options: dict[str, Any] = field(default_factory=dict)
    hyperparameters: dict[str, Any] = field(default_factory=lambda: {"epochCount": 2, "batchSize": 4})
    method: str = "fine_tuning"
    format: str = "prompt_completion"
    model: str = "tiny-random"
    trusted: frozenset[str] = frozenset()

    @property
    def run(self) -> RunFolder:
        """The run folder, with its data files."""
        folder = self.root / "runs" / "case" / "0123456789ab"
        folder.mkdir(parents=True, exist_ok=True)
        for name, part in (("train", self.train), ("validation", self.validation)):
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part)
            file = folder / f"{name}.jsonl"
            if lines and not file.exists():  # once: a trainer may be reading it
                file.write_text(lines, encoding="utf-8")
        return RunFolder(folder)

    @property
    def executor(self) -> Any:
        """The executor as the recipe states it."""
        return local(**{**OPTIONS, **self.options})

    @property
    def recipe(self) -> Recipe:
        """A recipe with only what the executor looks at."""
        return Recipe(
            name="case",
            description="",
            model=self.model,
            method=self.method,
            region=None,
            sources=(),
            steps=(),
            format=Part("format", self.format, {}),
            split=Split(0.1, None, 0),
            hyperparameters=self.hyperparameters,
            budget=Budget(None, None, False),
            executor=Part("executor", "local", {}),
            file=self.root / "case.yaml",
            root=self.root,
            overrides=(),
            config={},
            trusted_paths=self.trusted,
            data_roots=(self.root,),
        )

    @property
    def arguments(self) -> tuple[Any, Any, Any]:
        """What `check` and `settings` take."""
        manifest = {"totals": {"train": len(self.train), "validation": len(self.validation)}}
        return self.recipe, load_model(self.model), SimpleNamespace(manifest=manifest)

    @property
    def plan(self) -> Any:
        """The part of a plan that the executor reads."""
        records = {"train_records": len(self.train), "validation_records": len(self.validation) or None}
        settings = self.executor.settings(*self.arguments)
        return SimpleNamespace(
            data={"job": {"name": "case"}, "executor": {"settings": settings}, "dataset": records}
        )

    def submit(self, **options: Any) -> Job:
        """Train in this process' own trainer until it ends."""
        self.options |= options
        return self.executor.submit(self.plan, self.run, Progress(quiet=True))  # type: ignore[no-any-return]

    def start(self) -> subprocess.Popen[str]:
        """Train from a process that can be interrupted and killed."""
        order = {"root": str(self.root), "options": {**OPTIONS, **self.options}, "plan": self.plan.data}
        file = self.run.path / "order.json"
        file.write_text(json.dumps(order), encoding="utf-8")
        here = str(Path(__file__).parents[2])
        return subprocess.Popen(
            [sys.executable, str(DRIVER), str(file)],
            env={**os.environ, "PYTHONPATH": here},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def adapter(self) -> str:
        """SHA-256 of the final adapter file."""
        file = self.run.path / "artifacts" / "adapter" / "adapter_model.safetensors"
        return hashlib.sha256(file.read_bytes()).hexdigest()

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """The metrics written so far."""
        file = self.run.path / "metrics.jsonl"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        parsed = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return [line for line in parsed if line["kind"] == kind]
