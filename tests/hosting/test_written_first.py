"""Every operation that makes something billable, and that the ledger knows of it before the call is sent.

The ledger is read at the moment at which the request leaves, by a hook in the HTTP client. The table is the
whole list: a call of another `create_…` operation anywhere in the runner fails the last test.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import botocore.httpsession
import pytest
from hosting.cases import Case, records
from hosting.test_killed_hosting import importable

from runner.cli import main
from runner.ledger import open_ledger

REPOSITORY = Path(__file__).resolve().parents[2]
PROVISION = ("deploy", "recipes/tone.yaml", "--no-wait", "--yes", "--provisioned")
IMPORT = ("import", "recipes/tone.yaml", "--simulate", "--region", "us-east-1")
TABLE = {
    "CreateCustomModelDeployment": (("deploy", "recipes/tone.yaml", "--no-wait"), {"deployment", "schedule"}),
    "CreateProvisionedModelThroughput": (PROVISION, {"provisioned-throughput", "schedule"}),
    "CreateProvisionedModelThroughput with a commitment": (
        (*PROVISION[:-1], "--commitment", "OneMonth"),
        {"provisioned-throughput", "schedule"},
    ),
    "CreateSchedule": (PROVISION, {"schedule"}),
    "PutObject": (IMPORT, {"training-data"}),
    "CreateModelImportJob": (IMPORT, {"import-job", "imported-model", "training-data"}),
}
"""Operation, a command that calls it, and the kinds that stand in the ledger when it leaves."""
IN_OTHER_TESTS = {
    "create_model_customization_job",  # below
    "create_multipart_upload",  # of training data: tests/bedrock
    "create_bucket",  # only on the simulated AWS
    "create_role",  # costs nothing
    "create_lease_role",  # no call: the name of an option
}
_PATHS = {
    "CreateCustomModelDeployment": r"POST /model-customization/custom-model-deployments$",
    "CreateProvisionedModelThroughput": r"POST /provisioned-model-throughput$",
    "CreateSchedule": r"POST /schedules/",
    "PutObject": r"PUT /simulated-imports/imports/",
    "CreateModelImportJob": r"POST /model-import-jobs$",
    "CreateModelCustomizationJob": r"POST /model-customization-jobs$",
    "Converse": r"POST /model/.*/converse$",
}


class Witness:
    """What the ledger held each time a request of one operation left."""

    def __init__(self, operation: str) -> None:
        self.pattern = re.compile(_PATHS[operation.split()[0]])
        self.entries: list[dict[str, str]] = []
        self.open: list[int] = []

    def look(self, request: Any) -> None:
        """Note the ledger's state if the request is of the operation."""
        path = re.sub(r"^https?://[^/]+", "", request.url).partition("?")[0]
        if self.pattern.search(f"{request.method} {path}"):
            ledger = open_ledger()
            self.entries.append({row.kind: row.state for row in ledger.alive()})
            self.open.append(sum(one.state == "open" for one in ledger.reservations()))


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a witness into the HTTP client."""
    original = botocore.httpsession.URLLib3Session.send

    def watch(witness: Witness) -> Witness:
        def send(self: Any, request: Any) -> Any:
            witness.look(request)
            return original(self, request)

        monkeypatch.setattr(botocore.httpsession.URLLib3Session, "send", send)
        return witness

    return watch


@pytest.mark.parametrize("operation", sorted(TABLE))
def test_it_is_written_first(
    operation: str, case: Case, watched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intended (or made already) in the ledger when the call leaves."""
    words, kinds = TABLE[operation]
    monkeypatch.setenv("RUNNER_SIMULATOR", case.simulator.url)
    case.simulator.world.set(import_seconds=0, throughput_creating_seconds=0)
    if words[0] == "import":
        importable(case)
    witness = watched(Witness(operation))
    assert main([*words, "--format", "json"]) == 0
    assert witness.entries, "the operation was never called"
    for seen in witness.entries:
        assert kinds <= set(seen)


def test_money_is_set_aside_before_the_first_question(case: Case, watched: Any) -> None:
    """Converse makes nothing that lasts; an evaluation reserves what it may cost at most."""
    records(case.run, 1)
    case.simulator.world.set(deployment_creating_seconds=0)
    assert main(["deploy", str(case.recipe), "--no-wait"]) == 0
    witness = watched(Witness("Converse"))
    assert main(["evaluate", str(case.recipe)]) == 0
    assert witness.open == [1, 1]


def test_a_customization_job_is_written_first(
    case: Case, watched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job, the model that it will make and its data stand in the ledger, and its money is set aside."""
    for folder in ("conf", "recipes"):
        shutil.copytree(REPOSITORY / folder, case.root / folder, dirs_exist_ok=True)
    monkeypatch.setenv("RUNNER_SIMULATOR", case.simulator.url)
    case.simulator.world.run_at(20000)
    (model,) = case.ledger.alive()
    case.ledger.gone(model, "not of this test")
    witness = watched(Witness("CreateModelCustomizationJob"))
    words = ["run", "recipes/quickstart.yaml", "executor=bedrock", "--simulate", "--yes", "--format", "json"]
    assert main(words) == 0
    (seen,) = witness.entries
    assert {"customization-job", "custom-model", "training-data"} <= set(seen)
    assert witness.open == [1]


def test_the_table_is_whole() -> None:
    """No other operation that creates something is called anywhere in the runner."""
    package = REPOSITORY / "runner"
    files = [file for file in package.rglob("*.py") if "simulator" not in file.parts]
    called = {
        name
        for file in files
        for name in re.findall(
            r"\.(create_[a-z_]+|start_[a-z_]+_job)\b(?!\()", file.read_text(encoding="utf-8")
        )
    }
    known = {re.sub(r"(?<!^)(?=[A-Z])", "_", name.split()[0]).lower() for name in TABLE}
    assert called <= known | IN_OTHER_TESTS, called - known - IN_OTHER_TESTS
    assert {"create_schedule", "create_model_customization_job"} <= called
