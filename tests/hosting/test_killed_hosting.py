"""kill -9 at every call to AWS, before it is sent and after it was done; then the same command once more.

Real processes on a simulated AWS over HTTP. After each death everything that AWS has stands in the ledger,
and nothing is hosted without a lease. After the second run there is one of each thing, or nothing at all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hosting.cases import ACCOUNT, Case, finished_job
from hosting.test_import import weights

from runner.cli import main
from runner.runs import RunFolder
from runner.simulator.running import Simulator

KINDS = {
    "throughput": "provisioned-throughput",
    **{kind: kind for kind in ("deployment", "schedule", "custom-model", "import-job", "imported-model")},
}
"""The simulated world's collections, and what the ledger calls their things."""


@dataclass
class Stage:
    """Makes a project for each death, and gives orders to the process that forks the runners."""

    simulator: Simulator
    folder: Path
    mortal: subprocess.Popen[str]
    patch: pytest.MonkeyPatch
    made: list[str] = field(default_factory=list)

    def case(self) -> Case:
        """A new project with a ledger of its own, which this process sees too."""
        name = f"shop{len(self.made)}"
        self.made.append(name)
        root = self.folder / name
        root.mkdir()
        self.patch.setenv("RUNNER_STATE", str(self.folder / f"state-{name}"))
        self.patch.chdir(root)
        return finished_job(root, self.simulator, called=name)

    def order(self, case: Case, words: list[str], number: int = 0, when: str = "") -> dict[str, Any]:
        """Run a command in a process of its own, to its end or its death."""
        order = {
            "environment": {
                "RUNNER_STATE": str(self.folder / f"state-{case.root.name}"),
                "RUNNER_SIMULATOR": self.simulator.url,
            },
            "folder": str(case.root), "words": words, "number": number, "when": when,
        }  # fmt: skip
        assert self.mortal.stdin is not None
        assert self.mortal.stdout is not None
        print(json.dumps(order), file=self.mortal.stdin, flush=True)
        return dict(json.loads(self.mortal.stdout.readline()))

    def standing(self, case: Case) -> list[tuple[str, str]]:
        """What AWS has of the project: kind and name."""
        found = []
        for collection, kind in KINDS.items():
            for each in self.simulator.world.find(collection):
                if case.root.name + "-" in each["name"] and each.get("status") not in ("Completed", "Failed"):
                    found.append((kind, each["name"]))
        return sorted(found)


@pytest.fixture
def stage(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Time runs a hundred times as fast; making things takes a moment."""
    simulator.world.set(
        throughput_creating_seconds=1, deployment_creating_seconds=1, import_seconds=1,
        role_propagation_seconds=0, throughputs_without_commitment=1000,
    )  # fmt: skip
    simulator.world.run_at(100)
    monkeypatch.setenv("RUNNER_SIMULATOR", simulator.url)
    words = [sys.executable, str(Path(__file__).with_name("dying.py"))]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as mortal:
        yield Stage(simulator, tmp_path, mortal, monkeypatch)
        mortal.kill()


def written(case: Case) -> list[tuple[str, str]]:
    """What the ledger takes to be alive: kind and name."""
    return sorted((row.kind, row.name) for row in case.ledger.alive() if row.kind in KINDS.values())


def deaths(
    stage: Stage, words: Callable[[Case], list[str]], prepare: Callable[[Case], None], *, every: bool = True
) -> Iterator[Any]:
    """Every call of a command, twice: the case after a death there, and the words that go on.

    Not `every`: only those that make something at Bedrock or the scheduler.
    """
    whole = stage.case()
    prepare(whole)
    told = stage.order(whole, words(whole))
    assert told.get("code") == 0, told
    assert len(told["calls"]) >= 5
    for number, call in enumerate(told["calls"], start=1):
        if not (every or (not call.startswith("GET") and call != "POST /")):
            continue
        for when in ("before", "after"):
            case = stage.case()
            prepare(case)
            told = stage.order(case, words(case), number, when)
            if told.get("code") == 0:
                continue  # it looked less often than the first: how often depends on the moment
            assert told == {"signal": 9}, (number, when)
            yield case, f"call {number}, {when}"


def nothing(case: Case) -> None:
    """A deployment needs nothing but the model."""
    del case


def deploy_words(way: str) -> Callable[[Case], list[str]]:
    """The command that hosts the model."""
    more = ["--provisioned", "--yes"] if way == "throughput" else []
    return lambda case: ["deploy", str(case.recipe), "--max-lifetime", "60d", *more]


def test_deploy_survives_a_death_at_what_it_makes(stage: Stage) -> None:
    """Written first, leased first, made once: at the schedule, and at the throughput."""
    assert survived_deaths(stage, "throughput", every=False) == 4


@pytest.mark.slow
@pytest.mark.parametrize("way", ["throughput", "deployment"])
def test_deploy_survives_every_death(way: str, stage: Stage) -> None:
    """The same at every call, those that only look included."""
    assert survived_deaths(stage, way, every=True) >= 10


def survived_deaths(stage: Stage, way: str, *, every: bool) -> int:
    """How many deaths there were; after each, everything stands as it should."""
    words = deploy_words(way)
    kind = KINDS[way]
    count = 0
    for case, where in deaths(stage, words, nothing, every=every):
        standing = stage.standing(case)
        assert set(standing) <= set(written(case)), where
        kinds = [each for each, _ in standing]
        assert kind not in kinds or "schedule" in kinds, where
        assert stage.order(case, words(case))["code"] == 0, where
        assert sorted(each for each, _ in stage.standing(case)) == sorted(["custom-model", kind, "schedule"])
        rows = {row.kind: row for row in case.ledger.alive()}
        assert {row.state for row in rows.values()} == {"made"}, where
        assert len(rows) == 3, where
        count += 1
    return count


@pytest.mark.slow
def test_cleanup_survives_every_death(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is forgotten on the way; the second run leaves nothing."""

    def words(case: Case) -> list[str]:
        return ["cleanup", str(case.recipe), "--yes"]

    def prepare(case: Case) -> None:
        assert main(deploy_words("throughput")(case)) == 0

    count = 0
    for case, where in deaths(stage, words, prepare):
        assert set(stage.standing(case)) <= set(written(case)), where
        assert stage.order(case, words(case))["code"] == 0, where
        assert (stage.standing(case), case.ledger.alive()) == ([], []), where
        count += 1
    assert count >= 12
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_import_survives_every_death(stage: Stage) -> None:
    """One job, one model, whatever was lost."""

    def words(case: Case) -> list[str]:
        return ["import", str(case.recipe), "--simulate", "--region", "us-east-1"]

    def prepare(case: Case) -> None:
        importable(case)

    for case, where in deaths(stage, words, prepare):
        assert set(stage.standing(case)) <= set(written(case)), where
        assert stage.order(case, words(case))["code"] == 0, where
        name = f"{case.root.name}-abababababab"
        assert stage.standing(case) == [("custom-model", name), ("imported-model", name)], where
        jobs = [each for each in stage.simulator.world.find("import-job") if name in each["name"]]
        assert len(jobs) == 1, where


def importable(case: Case) -> None:
    """A merged model in the run's folder."""
    RunFolder(case.run).write(
        "job.json", {"name": "j", "executor": "local", "state": "Completed", "details": {}}
    )
    folder = case.run / "artifacts" / "merged"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"]}))
    (folder / "tokenizer_config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights())


def test_two_at_once_make_one(stage: Stage) -> None:
    """Two runners deploy the same model at the same moment: one throughput, one lease, no error."""
    case = stage.case()
    environment = {"RUNNER_STATE": str(stage.folder / f"state-{case.root.name}")}
    command = [sys.executable, "-m", "runner", *deploy_words("throughput")(case)]
    import os

    running = [
        subprocess.Popen(
            command, cwd=case.root, env={**os.environ, **environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    errors = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], errors
    assert len([each for each in stage.standing(case) if each[0] == "provisioned-throughput"]) == 1
    assert {row.account for row in case.ledger.alive()} == {ACCOUNT}
