"""Every recipe of `recipes/` is planned by our own command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hub.server import Hub

REPOSITORY = Path(__file__).resolve().parents[2]
RECIPES = sorted(path.name for path in (REPOSITORY / "recipes").glob("*.yaml"))
DOLLY = [name for name in RECIPES if name.startswith("dolly")]
ON_BEDROCK = ("distill_ja_nova_micro.yaml", "reinforce_ja_nova_2_lite.yaml")
RETIRED = "dolly_ja_titan_express.yaml"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of recipes/ and conf/: the caches of a test stay out of the checkout."""
    root = tmp_path_factory.mktemp("recipes")
    for name in ("recipes", "conf"):
        shutil.copytree(REPOSITORY / name, root / name)
    return root


def plan(
    project: Path, recipe: str, *overrides: str, env: dict[str, str] | None = None
) -> tuple[int, Any, str]:
    """Exit code, the plan as JSON, and everything else that was printed."""
    command = [sys.executable, "-m", "runner", "plan", f"recipes/{recipe}", *overrides, "--format", "json"]
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, env=environment)
    try:
        return done.returncode, json.loads(done.stdout), done.stderr
    except json.JSONDecodeError:
        return done.returncode, None, done.stdout + done.stderr


def test_all_recipes_were_found() -> None:
    """A test over files that looks in the wrong place passes."""
    assert len(RECIPES) >= 5
    assert {"quickstart.yaml", "pretrain_ja_local.yaml", *DOLLY, *ON_BEDROCK} == set(RECIPES)
    assert len(DOLLY) == 3


def test_the_quickstart_has_work_for_every_step(project: Path) -> None:
    """Each step of conf/steps/instruction_ja.yaml changes or drops records of the sample."""
    code, planned, rest = plan(project, "quickstart.yaml")
    assert code == 0, rest
    assert planned["dataset"]["train_records"] == 100
    cache = next((project / ".runner").rglob(f"{planned['dataset']['address']}*/dataset.json"))
    manifest = json.loads(cache.read_text(encoding="utf-8"))
    idle = [step["label"] for step in manifest["steps"] if not step["changed"] and not step["dropped"]]
    assert idle == []
    assert manifest["totals"]["kept"] == 134


def test_documents_are_split_for_pre_training(project: Path) -> None:
    """The long documents of the sample become pieces, and a local model costs nothing."""
    code, planned, rest = plan(project, "pretrain_ja_local.yaml")
    assert code == 0, rest
    assert planned["dataset"]["train_records"] + planned["dataset"]["validation_records"] > 46
    assert float(planned["cost"]["likely"]) == 0


@pytest.mark.parametrize("recipe", ON_BEDROCK)
def test_methods_that_only_bedrock_has_are_planned(project: Path, recipe: str) -> None:
    """What nobody can know before the job is unknown, and accepted by the recipe itself."""
    code, planned, rest = plan(project, recipe, "--offline")
    assert code == 0, rest
    assert planned["dataset"]["train_records"] == 110
    assert planned["cost"]["unknown"]
    assert planned["cost"]["rehearsal"] is False


@pytest.mark.parametrize("recipe", [name for name in DOLLY if name != RETIRED])
def test_dolly_is_planned_from_a_hub(project: Path, hub: Hub, recipe: str) -> None:
    """A hub on this machine serves a sample under dolly's name."""
    overrides = ("split.train_records=100", "budget.accept_unknown_prices=true")
    code, planned, rest = plan(project, recipe, *overrides, env=hub.environment)
    assert code == 0, rest
    assert planned["dataset"]["train_records"] == 100
    assert planned["cost"]["rehearsal"] is True


def test_the_quickstart_takes_dolly_with_one_override(project: Path, hub: Hub) -> None:
    """From the hub: another source under the same label."""
    override = "source@sources.support=dolly_15k_ja"
    code, planned, rest = plan(project, "quickstart.yaml", override, env=hub.environment)
    assert code == 0, rest
    assert planned["dataset"]["train_records"] == 100


@pytest.mark.parametrize("recipe", ["quickstart.yaml", "dolly_ja_nova_micro.yaml"])
def test_all_of_dolly_from_a_file(project: Path, shared_data: Path, recipe: str) -> None:
    """All 15,015 real records, from a copy outside the project that the command line names."""
    file = shared_data / "dolly-ja" / "databricks-dolly-15k-ja.jsonl.gz"
    if recipe == "quickstart.yaml":
        overrides = [f"sources.support.path={file}"]
    else:
        overrides = ["source@sources.dolly=dolly_15k_ja_file", f"sources.dolly.path={file}"]
    code, planned, rest = plan(project, recipe, *overrides)
    assert code == 0, rest
    assert planned["dataset"]["train_records"] == (100 if recipe == "quickstart.yaml" else 1000)


def test_a_retired_model_validates_and_is_not_planned(project: Path, hub: Hub) -> None:
    """Titan Text Express: exit code 2, and the models to use instead."""
    command = [sys.executable, "-m", "runner", "validate", f"recipes/{RETIRED}"]
    validated = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert validated.returncode == 0, validated.stderr
    command[3] = "plan"
    environment = {**os.environ, **hub.environment}
    planned = subprocess.run(command, cwd=project, capture_output=True, text=True, env=environment)
    assert planned.returncode == 2
    assert "amazon.nova-2-lite-v1:0" in planned.stdout + planned.stderr
