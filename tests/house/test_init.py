"""`runner init`: a new recipe repository that works at once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
RECIPES = sorted(path.stem for path in (REPOSITORY / "recipes").glob("*.yaml"))


def runner(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runner", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_it_validates_and_plans_at_once(tmp_path: Path) -> None:
    """The new folder needs nothing from this checkout: its recipe, its data and its own conf are enough."""
    made = runner(tmp_path, "init", "new")
    assert made.returncode == 0, made.stderr
    new = tmp_path / "new"
    for words in (["validate"], ["plan"], ["plan", "budget=team"]):
        done = runner(new, words[0], "recipes/quickstart.yaml", *words[1:])
        assert done.returncode == 0, done.stdout + done.stderr
    assert (new / ".runner").is_dir()
    assert ".runner/" in (new / ".gitignore").read_text(encoding="utf-8")


def test_its_own_conf_is_used(tmp_path: Path) -> None:
    """budget=team is in the new folder's conf/ and nowhere else."""
    runner(tmp_path, "init", "new")
    done = runner(tmp_path / "new", "plan", "recipes/quickstart.yaml", "budget=team", "--format", "json")
    assert float(json.loads(done.stdout)["budget"]["max_usd"]) == 5


def test_files_that_are_there_stay(tmp_path: Path) -> None:
    """Nothing is written when one file is in the way; the message names it and the flag."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "README.md").write_text("mine", encoding="utf-8")
    refused = runner(tmp_path, "init", "new")
    assert refused.returncode == 1
    assert "README.md" in refused.stderr
    assert "--force" in refused.stderr
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["README.md"]
    assert (tmp_path / "new" / "README.md").read_text(encoding="utf-8") == "mine"
    assert runner(tmp_path, "init", "new", "--force").returncode == 0
    assert (tmp_path / "new" / "README.md").read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_shipped_recipe_can_start_a_repository(tmp_path: Path, recipe: str) -> None:
    """With the data it names, if that is ours, and no placeholder left."""
    made = runner(tmp_path, "init", "new", "--recipe", recipe, "--format", "json")
    assert made.returncode == 0, made.stderr
    files = json.loads(made.stdout)["files"]
    assert f"recipes/{recipe}.yaml" in files
    done = runner(tmp_path / "new", "validate", f"recipes/{recipe}.yaml")
    assert done.returncode == 0, done.stderr
    for name in ("README.md", ".github/workflows/recipes.yml"):
        assert re.findall(r"\{\w+\}", (tmp_path / "new" / name).read_text(encoding="utf-8")) == []


def test_the_workflow_is_yaml_that_only_reads(tmp_path: Path) -> None:
    """A pull request from a stranger must not get a token that writes."""
    runner(tmp_path, "init", "new")
    text = (tmp_path / "new" / ".github" / "workflows" / "recipes.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "runner validate recipes/*.yaml --format github" in text


def test_an_unknown_recipe_is_refused(tmp_path: Path) -> None:
    """With the names there are."""
    refused = runner(tmp_path, "init", "new", "--recipe", "quickstrat")
    assert refused.returncode == 1
    assert "quickstart" in refused.stderr
    assert not (tmp_path / "new").exists()
