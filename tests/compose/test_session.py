"""A Hydra application over a recipe: the sweep's points come through the same strict reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from recipe_projects import RECIPE, Project

from runner.check import check
from runner.composition.layout import config_name
from runner.composition.multirun import launch
from runner.composition.session import composition_errors, prepared_overrides, session
from runner.errors import RecipeError


def points(file: Path, folder: Path, *overrides: str) -> list[tuple[str, ...]]:
    """The overrides of every job that Hydra's own sweeper and launcher start."""
    from hydra.core.hydra_config import HydraConfig

    seen: list[tuple[str, ...]] = []
    quiet = [f"hydra.sweep.dir='{folder}'", "hydra.output_subdir=null", "hydra.job.chdir=false"]
    quiet += ["hydra/job_logging=none", "hydra/hydra_logging=none"]
    with composition_errors(file), session(file, ()) as hydra:
        hydra.multirun(
            config_name=config_name(file),
            task_function=lambda _config: seen.append(tuple(HydraConfig.get().overrides.task)),
            overrides=[*prepared_overrides(file, overrides, multirun=True), *quiet],
            with_log_configuration=False,
        )
    return seen


def test_every_point_composes_again(project: Project, tmp_path: Path) -> None:
    """Hyperparameters without `+`, sizes, groups that no defaults list names, URIs, a deleted null step."""
    project.write("conf/budget/a.yaml", "max_usd: 1\n")
    project.write("conf/budget/b.yaml", "max_usd: 2\n")
    project.write("conf/steps/two.yaml", "drop_empty:\ndrop_duplicates:\n")
    file = project.recipe(text=RECIPE.replace("  - base\n", "  - base\n  - steps: two\n"))
    jobs = points(
        file,
        tmp_path / "sweep",
        "hyperparameters.learningRate=1e-5,1e-6",
        "split.train_records=10,20",
        "budget=a,b",
        "~steps.drop_duplicates",
        "description=s3://b/k=1",
    )
    assert len(jobs) == 8
    found = [check(file, job).recipe for job in jobs]
    rates = [recipe.hyperparameters["learningRate"] for recipe in found]
    assert sorted(set(rates)) == [1e-6, 1e-5]
    assert {recipe.split.train_records for recipe in found} == {10, 20}
    assert {str(recipe.budget.max_usd) for recipe in found} == {"1", "2"}
    assert {recipe.description for recipe in found} == {"s3://b/k=1"}
    assert all([part.label for part in recipe.steps] == ["drop_empty"] for recipe in found)


def test_a_broken_file_stops_the_sweep_with_findings(project: Project, tmp_path: Path) -> None:
    """What Hydra reads by itself is held to the same rules."""
    for text in (
        "hydra: {sweeper: {max_batch_size: 1}}\n",
        "other: {_target_: os.system}\n",
        "name: again\n",
    ):
        with pytest.raises(RecipeError) as error:
            points(project.recipe(text), tmp_path / "sweep", "split.seed=1,2")
        assert error.value.findings


def test_what_hydra_refuses_becomes_a_finding(project: Project, tmp_path: Path) -> None:
    """An unknown choice among the points."""
    with pytest.raises(RecipeError) as error:
        points(project.recipe(), tmp_path / "sweep", "hydra/launcher=nope", "split.seed=1,2")
    assert [finding.code for finding in error.value.findings] == ["R011"]


def test_a_sweep_in_a_folder_of_any_name(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quotes and `${` in the project's path are no grammar, nor is an allowed variable."""
    monkeypatch.setenv("STAGE", "dev")
    seen: list[tuple[str, ...]] = []
    file, folder = project.recipe(), tmp_path / "it's ${x} [日本]"
    overrides = ["description='${oc.env:STAGE}'", "split.seed=1,2"]
    launch(file, overrides, lambda _number, words: seen.append(words), folder, allow_env=["STAGE"])
    found = [check(file, words, allow_env=["STAGE"]).recipe for words in seen]
    assert [(recipe.split.seed, recipe.description) for recipe in found] == [(1, "dev"), (2, "dev")]
    assert (folder / "multirun.yaml").exists()
    with pytest.raises(RecipeError):
        launch(file, overrides, lambda _number, words: seen.append(words), folder)
