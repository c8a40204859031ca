"""A saved plan may come with a pull request, too: it may name no more than a recipe may."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recipe_projects import Project

from runner.errors import RunnerError
from runner.plan import VERSION, read_plan


def saved(project: Project, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Path:
    """The part of a plan that a run starts from."""
    project.recipe()
    plan: dict[str, Any] = {"plan_version": VERSION, "recipe": {"file": "recipes/faq.yaml", "overrides": []}}
    change(plan)
    return project.write("plan.json", json.dumps(plan))


def test_its_overrides_vouch_for_no_path(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A path on the command line is the user's own; one that a file brings is not, wherever it stands."""
    outside = tmp_path_factory.mktemp("outside") / "faq.jsonl"
    outside.write_text('{"question": "q", "answer": "a"}\n' * 20)
    override = f"sources.faq.path={outside}"
    plan = saved(project, lambda plan: plan["recipe"].update(overrides=[override]))
    done = project.run("run", str(plan), "--dry-run", "--offline")
    assert done.returncode == 2
    assert "R310" in done.stderr
    for allowed in (["--data-root", str(outside.parent)], [override]):
        done = project.run("run", str(plan), "--dry-run", "--offline", *allowed)
        assert done.returncode == 4, done.stderr  # read, and found to be another plan's data


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "../OTHER/recipes/faq.yaml", "link/recipes/faq.yaml", "x" * 5000]
)
def test_its_recipe_lies_in_the_project(
    project: Project, file: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not in another project, whose data folders would then count."""
    other = tmp_path_factory.mktemp("other")
    (other / "recipes").mkdir(parents=True)
    (other / "recipes" / "faq.yaml").write_text("name: other\n")
    (project.root / "link").symlink_to(other)
    file = file.replace("OTHER", str(other.relative_to(project.root.parent)))
    with pytest.raises(RunnerError, match="is not in this project"):
        read_plan(saved(project, lambda plan: plan["recipe"].update(file=file)))


@pytest.mark.parametrize(
    "recipe",
    [
        {"file": 5, "overrides": []},
        {"file": None, "overrides": []},
        {"file": "\0", "overrides": []},
        {"file": "recipes/faq.yaml", "overrides": 5},
        {"file": "recipes/faq.yaml", "overrides": "name=x"},
        {"file": "recipes/faq.yaml", "overrides": [5]},
        {"file": "recipes/faq.yaml", "overrides": ["description=\ud800"]},
        {"file": "recipes/faq.yaml"},
        [],
    ],
)
def test_a_plan_of_the_wrong_shape(project: Project, recipe: object) -> None:
    """One clear error."""
    with pytest.raises(RunnerError, match="is not a saved plan"):
        read_plan(saved(project, lambda plan: plan.update(recipe=recipe)))


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff\xfe", b"", "/dev/zero", "pipe"])
def test_a_file_that_is_no_plan(project: Project, content: bytes | str) -> None:
    """Deep, not text, empty, endless."""
    file = project.root / "plan.json"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(content)
    with pytest.raises(RunnerError, match="is not a saved plan"):
        read_plan(file)
