"""A project, a simulated AWS that can kill its caller at a chosen call, and real runner processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.ledger import Ledger
from runner.ledger.store import FileStore
from runner.simulator import elsewhere
from runner.simulator.server import Server
from runner.simulator.world import World

RECIPE = """\
defaults:
  - base
  - executor: bedrock
  - _self_
name: faq
model: amazon.nova-micro-v1:0
method: fine_tuning
region: us-east-1
sources:
  faq: {kind: files, path: data/faq.jsonl, fields: {prompt: question, completion: answer}}
steps: {}
split: {validation: 2, train_records: null, seed: 0}
hyperparameters: {epochCount: 1, learningRateWarmupSteps: 0}
budget: {max_usd: 5, max_usd_per_sweep: 12, accept_unknown_prices: false}
executor: {simulate: true}
"""
POLL_SECONDS = 700.0
"""Simulated time that passes at each look at the job: it ends after a few, always the same number."""

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIACANARYCANARY0001",
    "AWS_SECRET_ACCESS_KEY": "canary/secret/canary/secret",
}


@dataclass
class Kill:
    """Where to kill: at the call with this number (from 0), before it is processed or after."""

    number: int
    after: bool


@dataclass
class Cloud:
    """A simulated AWS whose clock moves only when somebody looks at a job."""

    world: World
    url: str
    kill: Kill | None = None
    count: int = 0
    victim: int | None = None
    known: threading.Event = field(default_factory=threading.Event)
    reached: str = ""
    """The operation at which the process was killed."""

    def around(self, inner: Any) -> Any:
        """The same application, with a hand on the plug."""

        def app(environ: dict[str, Any], start: Any) -> Any:
            number, self.count = self.count, self.count + 1
            wanted = self.kill
            if wanted and wanted.number == number and not wanted.after:
                self._strike()
                raise ConnectionResetError
            result = list(inner(environ, start))
            if self.world.calls and self.world.calls[-1] == "GetModelCustomizationJob":
                self.world.advance(POLL_SECONDS)
            if wanted and wanted.number == number:
                self._strike()
                raise ConnectionResetError
            return result

        return app

    def _strike(self) -> None:
        self.known.wait(10)
        self.reached = self.world.calls[-1] if self.kill and self.kill.after and self.world.calls else ""
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
        self.kill = None


@contextmanager
def cloud() -> Iterator[Cloud]:
    """A fresh simulated AWS."""
    elsewhere.moto()
    elsewhere.reset()
    world = World(None, rate=0.0, seed=0)
    server = Server(world)
    made = Cloud(world, server.url)
    server._http.app = made.around(server._http.app)
    server.start()
    try:
        yield made
    finally:
        server.stop()
        world.close()
        elsewhere.reset()


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, or minus the signal that killed it; what it printed."""

    code: int
    output: str
    errors: str

    @property
    def text(self) -> str:
        """All of it."""
        return self.output + self.errors

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.output)


class Runners:
    """Real runner processes, forked from one that has imported everything."""

    def __init__(self, folder: Path) -> None:
        warm = new_project(folder / "warm") / "recipes" / "faq.yaml"
        words = [sys.executable, str(Path(__file__).with_name("forker.py")), str(warm)]
        environment = {**os.environ, "RUNNER_CACHE": str(folder / "cache"), "PYTHONWARNINGS": "ignore"}
        self._output = folder / "output"
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def run(self, folder: Path, *words: str, cloud: Cloud | None = None, **environment: str) -> Ended:
        """One command line, to its end."""
        (ended,) = self.at_once(1, folder, *words, cloud=cloud, **environment)
        return ended

    def at_once(
        self, number: int, folder: Path, *words: str, cloud: Cloud | None = None, **environment: str
    ) -> list[Ended]:
        """The same command line in so many processes, to the end of all."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if cloud is not None:
            environment = {"RUNNER_SIMULATOR": cloud.url, **environment}
        asked = {
            "words": words,
            "folder": str(folder),
            "environment": {"RUNNER_STATE": str(folder / "state"), **environment},
            "outputs": [f"{self._output}{each}" for each in range(number)],
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        children = json.loads(self._process.stdout.readline())
        if cloud is not None:
            cloud.victim = children[0]
            cloud.known.set()
        statuses = json.loads(self._process.stdout.readline())
        if cloud is not None:
            cloud.known.clear()
        outputs = [[Path(f"{name}{end}").read_text() for end in ("", ".errors")] for name in asked["outputs"]]
        codes = map(os.waitstatus_to_exitcode, statuses)
        return [Ended(code, *texts) for code, texts in zip(codes, outputs, strict=True)]

    def close(self) -> None:
        """End the process they come from."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()


def new_project(folder: Path, recipe: str = RECIPE) -> Path:
    """A project with one small recipe."""
    rows = [{"question": f"What is item {n}?", "answer": f"It is number {n} of the list."} for n in range(14)]
    (folder / "data").mkdir(parents=True)
    (folder / "recipes").mkdir()
    (folder / "data" / "faq.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "recipes" / "faq.yaml").write_text(recipe)
    return folder


def forget(project: Path) -> None:
    """As before the first run; the built dataset may stay."""
    for name in ("runs", "state"):
        shutil.rmtree(project / name, ignore_errors=True)


def ledger(project: Path) -> Ledger:
    """The ledger that the processes of `Runners` wrote."""
    return Ledger(FileStore(project / "state" / "bedrock-recipe-runner" / "ledger.sqlite"))


def standing(cloud: Cloud, project: Path) -> Mapping[str, Any]:
    """What there is at the simulated AWS and in the ledger, in numbers."""
    book = ledger(project)
    alive = [entry.kind for entry in book.alive()]
    return {
        "jobs": len(cloud.world.find("job")),
        "models": len(cloud.world.find("custom-model")),
        "alive": {kind: alive.count(kind) for kind in sorted(set(alive))},
        "reservations": [row.state for row in book.reservations()],
    }
