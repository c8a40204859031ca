"""Small recipe projects written to a temporary folder, and the real command run on them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from runner.errors import RecipeError
from runner.finding import Finding

RECIPE = """\
defaults:
  - base
  - _self_
name: faq
model: amazon.nova-micro-v1:0
method: fine_tuning
region: us-east-1
sources:
  faq:
    kind: files
    path: data/faq.jsonl
    fields: {prompt: question, completion: answer}
steps:
  drop_empty:
hyperparameters: {epochCount: 2}
"""


@dataclass(frozen=True)
class Project:
    """A folder with recipes/, conf/ and data/."""

    root: Path

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    def recipe(self, extra: str = "", *, text: str | bytes = RECIPE) -> Path:
        """Write recipes/faq.yaml."""
        return self.write(
            "recipes/faq.yaml", text + textwrap.dedent(extra) if isinstance(text, str) else text
        )

    def run(self, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """The real command, in the project folder."""
        command = [sys.executable, "-m", "runner", *words]
        return subprocess.run(
            command,
            cwd=self.root,
            capture_output=True,
            text=True,
            env={**os.environ, **(env or {})},
            timeout=120,
        )


def new_project(folder: Path) -> Project:
    """A project with one source file and nothing else."""
    project = Project(folder)
    project.write("data/faq.jsonl", '{"question": "q", "answer": "a"}\n' * 20)
    (folder / "recipes").mkdir()
    (folder / "conf").mkdir()
    return project


def findings_of(file: Path, *overrides: str, allow_env: tuple[str, ...] = ()) -> list[Finding]:
    """Every finding of a recipe, whether it is accepted or not."""
    from runner.check import check

    try:
        return list(check(file, overrides, allow_env=allow_env).findings)
    except RecipeError as error:
        return list(error.findings)


def codes_of(file: Path, *overrides: str, allow_env: tuple[str, ...] = ()) -> list[str]:
    """The codes of those findings that are errors."""
    return [
        finding.code
        for finding in findings_of(file, *overrides, allow_env=allow_env)
        if finding.severity == "error"
    ]
