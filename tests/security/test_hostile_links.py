"""Links in a pull request: they cannot move the project, empty a folder, or make a command read for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from recipe_projects import RECIPE, Project, codes_of, findings_of

from runner.check import check
from runner.errors import RunnerError
from runner.project import project_root
from runner.reading.confine import Reach
from runner.reading.listing import below

WITH_EVIL = RECIPE.replace("  - base\n", "  - base\n  - evil\n")


def test_a_link_cannot_choose_the_project(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A link named `recipe.yaml` beside the recipe once made its target's folder, `/` say, the project."""
    outside = tmp_path_factory.mktemp("outside") / "secret.jsonl"
    outside.write_text('{"question": "secret", "answer": "hunter2"}\n')
    file = project.recipe(text=RECIPE.replace("data/faq.jsonl", str(outside)))
    assert codes_of(file) == ["R310"]
    (project.root / "recipes" / "recipe.yaml").symlink_to("/nothing.yaml")
    assert codes_of(file) == ["R310"]
    assert project_root(project.root / "recipes" / "recipe.yaml") == project.root


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "pipe"])
def test_a_conf_file_that_never_ends(project: Project, target: str) -> None:
    """A link to a device, or a pipe, is no conf file: nothing of it is read."""
    if target == "pipe":
        os.mkfifo(project.root / "conf" / "evil.yaml")
    else:
        (project.root / "conf" / "evil.yaml").symlink_to(target)
    assert codes_of(project.recipe(text=WITH_EVIL)) == ["R007"]


@pytest.mark.parametrize("target", ["/dev/zero", "pipe"])
def test_a_recipe_beside_a_fragment_that_never_ends(project: Project, target: str) -> None:
    """The search for recipes that use a fragment reads small regular files only."""
    if target == "pipe":
        os.mkfifo(project.root / "recipes" / "evil.yaml")
    else:
        (project.root / "recipes" / "evil.yaml").symlink_to(target)
    assert codes_of(project.write("conf/steps/mine.yaml", "drop_empty:\n")) == ["R100"]


def test_the_cache_deletes_only_its_own_files(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link in the place of the cache's folder leads to files that are none of its business."""
    victim = tmp_path_factory.mktemp("victim")
    for number in range(320):
        (victim / f"photo-{number}.jpg").write_text("x")
    (project.root / ".runner" / "cache").mkdir(parents=True)
    (project.root / ".runner" / "cache" / "checked").symlink_to(victim)
    assert check(project.recipe()).recipe.name == "faq"
    assert len(list(victim.glob("photo-*"))) == 320


def test_a_kept_result_of_somebody_else_is_not_used(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An entry that a pull request brings says what its author likes: only one's own are ever found."""
    monkeypatch.setenv("RUNNER_CACHE", str(tmp_path_factory.mktemp("author")))
    file = project.recipe(text=RECIPE.replace("epochCount: 2", "epochCount: 99"))
    assert codes_of(file) == ["R102"]
    (entry,) = (project.root / ".runner" / "cache" / "checked").iterdir()
    forged = entry.read_text().replace('"severity":"error"', '"severity":"advice"')
    entry.write_text(forged)
    assert codes_of(file) == []  # the author's own machine believes it
    monkeypatch.setenv("RUNNER_CACHE", str(tmp_path_factory.mktemp("user")))
    assert codes_of(file) == ["R102"]


def test_without_a_home_nothing_is_kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret, no cache, and no error."""
    (project.root / "file").write_text("")
    monkeypatch.setenv("RUNNER_CACHE", str(project.root / "file" / "below"))
    assert findings_of(project.recipe()) == []
    assert not (project.root / ".runner").exists()


def test_links_to_each_other(project: Project) -> None:
    """Thirty folders with two links each to the next spell a billion paths: an error, not a walk."""
    for number in range(30):
        folder = project.root / "data" / f"d{number}"
        folder.mkdir()
        for name in "ab":
            (folder / name).symlink_to(f"../d{number + 1}")
    (project.root / "data" / "d30").mkdir()
    with pytest.raises(RunnerError, match="links to folders"):
        below(project.root / "data" / "d0", Reach.of(project.root, (), trusted=False))


def test_folders_a_thousand_deep(project: Project) -> None:
    """Deeper than Python's stack."""
    os.chdir(project.root / "data")
    for _ in range(1100):
        os.mkdir("d")
        os.chdir("d")
    Path("x.jsonl").write_text('{"question": "q", "answer": "a"}\n')
    found = below(project.root / "data", Reach.of(project.root, (), trusted=False), "**/*.jsonl")
    Path("x.jsonl").unlink()
    for _ in range(1100):  # pytest, too, could not delete so deep a folder
        os.chdir("..")
        os.rmdir("d")
    assert [name.rpartition("/")[2] for name in found] == ["x.jsonl", "faq.jsonl"]
