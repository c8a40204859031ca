"""The recipe key `evaluation.judge`: it reaches `runner evaluate`, and changes nothing that is built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hosting.cases import Case, records

from runner.cli import main

QUICKSTART = str(Path(__file__).resolve().parents[2] / "recipes" / "quickstart.yaml")
Shown = pytest.CaptureFixture[str]


def plan(capsys: Shown, *overrides: str) -> dict[str, object]:
    """The plan of the quickstart."""
    code = main(["plan", QUICKSTART, *overrides, "--offline", "--format", "json"])
    shown = capsys.readouterr()
    assert code == 0, shown
    return dict(json.loads(shown.out))


def test_it_changes_neither_dataset_nor_fingerprint(capsys: Shown) -> None:
    """Who marks the answers later has no part in what is trained."""
    plain, judged = plan(capsys), plan(capsys, "evaluation.judge=amazon.nova-pro-v1:0")
    assert judged["recipe"]["config"]["evaluation"] == {"judge": "amazon.nova-pro-v1:0"}  # type: ignore[index]
    assert plain["recipe"]["config"]["evaluation"] == {"judge": None}  # type: ignore[index]
    assert judged["fingerprint"] == plain["fingerprint"]
    assert judged["dataset"] == plain["dataset"]


@pytest.mark.parametrize("value", ["evaluation.judge=5", "evaluation.judge=''", "+evaluation.juge=x"])
def test_what_is_no_model_is_a_finding(value: str, capsys: Shown) -> None:
    """Before anything is built."""
    assert main(["validate", QUICKSTART, value]) == 2
    assert "evaluation" in capsys.readouterr().err


def test_the_recipes_judge_is_asked(case: Case, capsys: Shown) -> None:
    """Without --judge, the one that the plan was made with marks the answers."""
    file = case.run / "plan.json"
    data = json.loads(file.read_text())
    data["recipe"]["config"] = {"evaluation": {"judge": "amazon.nova-pro-v1:0"}}
    file.write_text(json.dumps(data))
    records(case.run, 1)
    case.simulator.world.set(deployment_creating_seconds=0)
    assert main(["deploy", str(case.recipe), "--no-wait"]) == 0
    capsys.readouterr()
    assert main(["evaluate", str(case.recipe), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["models"]["judge"] == "amazon.nova-pro-v1:0"
