"""Overrides in bare Hydra grammar: what is valid is taken, the rest is a finding at the command line."""

from __future__ import annotations

from typing import Any

import pytest
from recipe_projects import RECIPE, Project, codes_of, findings_of

from runner.check import check
from runner.compose import compose
from runner.composition.overrides import prepared, with_quoted_uris

VALID: list[tuple[str, str, Any]] = [
    ("hyperparameters.learningRate=1e-5", "hyperparameters.learningRate", 1e-5),
    ("hyperparameters.epochCount=3", "hyperparameters.epochCount", 3),
    ("++hyperparameters.epochCount=3", "hyperparameters.epochCount", 3),
    ("+hyperparameters.batchSize=4", "hyperparameters.batchSize", 4),
    ("hyperparameters={epochCount: 1}", "hyperparameters", {"epochCount": 1}),
    ("sources.faq.path=[a.jsonl,b.jsonl]", "sources.faq.path", ["a.jsonl", "b.jsonl"]),
    ("sources.faq.path=s3://bucket/day=1/x,y.jsonl", "sources.faq.path", "s3://bucket/day=1/x,y.jsonl"),
    ("sources.faq.path=[s3://b/k=1,s3://b/k=2]", "sources.faq.path", ["s3://b/k=1", "s3://b/k=2"]),
    ("sources.faq={path: s3://b/k=1}", "sources.faq.path", "s3://b/k=1"),
    ("sources.faq.path=s3://b/what?x&y#z", "sources.faq.path", "s3://b/what?x&y#z"),
    ("sources.faq.path='s3://b/k=1'", "sources.faq.path", "s3://b/k=1"),
    ("sources.faq.path=~/faq.jsonl", "sources.faq.path", "~/faq.jsonl"),
    ("sources.faq.path=data/faq*.jsonl", "sources.faq.path", "data/faq*.jsonl"),
    (
        "sources.faq.fields={prompt: q, completion: a}",
        "sources.faq.fields",
        {"prompt": "q", "completion": "a"},
    ),
    ('sources.faq.fields.prompt="{q}[[ <c>{i}</c>]]"', "sources.faq.fields.prompt", "{q}[[ <c>{i}</c>]]"),
    ('description="two words, and a comma"', "description", "two words, and a comma"),
    ("description='日本語 と 空白'", "description", "日本語 と 空白"),
    ("description=丁寧な口調", "description", "丁寧な口調"),
    ("description=two words", "description", "two words"),
    ("description=who? me!", "description", "who? me!"),
    ("description=it's", "description", "it's"),
    ("description=", "description", ""),
    ("description=null", "description", None),
    ("description=a=b", "description", "a=b"),
    ("split.train_records=null", "split.train_records", None),
    ("split.validation=.2", "split.validation", 0.2),
    ("budget.max_usd=19.50", "budget.max_usd", 19.5),
    ("budget.accept_unknown_prices=true", "budget.accept_unknown_prices", True),
    ("~steps.drop_empty", "steps", {}),
    ("~hyperparameters.epochCount", "hyperparameters", {}),
    ("+steps.drop_outliers.max_ratio=3", "steps.drop_outliers.max_ratio", 3),
    ("steps.drop_empty.fields=[prompt]", "steps.drop_empty.fields", ["prompt"]),
    ("steps=other", "steps", {"drop_duplicates": {"match": "normalized"}, "drop_empty": None}),
    ("+steps=other", "steps", {"drop_duplicates": {"match": "normalized"}, "drop_empty": None}),
    ("steps={drop_duplicates: null}", "steps", {"drop_empty": None, "drop_duplicates": None}),
    ("budget=small", "budget.max_usd", 5),
    ("source@sources.more=more", "sources.more.path", "data/more.jsonl"),
    ("model=nova-micro", "model", "nova-micro"),
]


@pytest.fixture
def with_conf(project: Project) -> Project:
    """A project with conf groups of its own."""
    project.write("conf/steps/other.yaml", "drop_duplicates: {match: normalized}\n")
    project.write("conf/budget/small.yaml", "max_usd: 5\n")
    project.write(
        "conf/source/more.yaml", "{kind: files, path: data/more.jsonl, fields: {prompt: q, completion: a}}\n"
    )
    return project


@pytest.mark.parametrize(("typed", "path", "value"), VALID, ids=[typed for typed, _, _ in VALID])
def test_a_valid_override_is_taken(with_conf: Project, typed: str, path: str, value: Any) -> None:
    """False confidence 6: a valid override is never refused, and sets what it says."""
    composed = compose(with_conf.recipe(), [typed])
    found: Any = composed.mapping
    for name in path.split("."):
        found = found[name]
    assert found == value


@pytest.mark.parametrize("typed", [typed for typed, _, _ in VALID])
def test_a_valid_override_stays_valid_when_prepared_twice(typed: str) -> None:
    """A sweep hands prepared overrides to its jobs, which prepare them again."""
    groups = {"steps", "budget", "source", "executor"}.__contains__
    once = prepared([typed], groups)
    assert prepared(once, groups) == once


BAD = [
    ("hyperparamters.epochCount=2", "R101"),
    ("hyperparameters.epochCont=2", "R109"),
    ("sources.faq.pth=x", "R101"),
    ("steps.drop_emty.fields=[a]", "R105"),
    ("steps.drop_empty.felds=[a]", "R101"),
    ("+executor.bass=1", "R101"),
    ("budget.max_ud=1", "R101"),
    ("split.sed=1", "R101"),
    ("format.sytem=x", "R101"),
    ("sources.faq.fields={prompt: 1}", "R104"),
    ("steps=othr", "R007"),
    ("steps=null", "R008"),
    ("steps=../../etc/x", "R305"),
    ("~steps.nope", "R008"),
    ("~nope", "R008"),
    ("~budget", "R011"),
    ("split.validation=1,2", "R008"),
    ("hyperparameters.epochCount=range(1,3)", "R008"),
    ("sources.faq.path=[a", "R008"),
    ("=1", "R008"),
    ("words", "R008"),
    ("日=1", "R008"),
    ("hydra.run.dir=/tmp", "R304"),
    ("+hydra.searchpath=[file:///etc]", "R304"),
    ("hydra/launcher=joblib", "R304"),
    ("+source@hydra.sweeper=more", "R304"),
    ("sources.faq={_target_: os.system}", "R301"),
    ("sources.faq._target_=os.system", "R301"),
    ("description=${oc.env:HOME}", "R303"),
    ("description=${oc.decode:1}", "R303"),
    ("description=${nope.there}", "R009"),
]


@pytest.mark.parametrize(("typed", "code"), BAD, ids=[typed for typed, _ in BAD])
def test_a_bad_override_is_a_finding_on_the_command_line(with_conf: Project, typed: str, code: str) -> None:
    """Whatever is wrong with an override, the finding says which one, and what to do."""
    findings = findings_of(with_conf.recipe(), "description=fine", typed)
    found = [finding for finding in findings if finding.code == code]
    assert found, findings
    assert str(found[0].place) == "command line:2"
    assert found[0].fix


def test_bad_overrides_are_reported_together(with_conf: Project) -> None:
    """Two bad overrides and a bad value in the file give three findings at once."""
    file = with_conf.recipe("nme: x\n")
    assert sorted(codes_of(file, "~steps.nope", "hydra.verbose=true")) == ["R008", "R101", "R304"]


def test_launcher_and_sweeper_may_be_chosen_in_a_sweep() -> None:
    """With -m, exactly Hydra's launcher, its sweeper and their settings get through."""
    allowed = [
        "hydra/launcher=ray",
        "hydra/sweeper=optuna",
        "hydra.sweeper.n_trials=3",
        "hydra.launcher.n_jobs=2",
    ]
    assert prepared(allowed, lambda _: False, multirun=True) == allowed
    from runner.errors import RecipeError

    for refused in (
        "hydra.sweep.dir=x",
        "hydra.searchpath=[x]",
        "hydra/output=x",
        "hydra.launcher._target_=os.system",
    ):
        with pytest.raises(RecipeError):
            prepared([refused], lambda _: False, multirun=True)


def test_uris_in_a_sweep_are_quoted_piece_by_piece() -> None:
    """A comma separates the points of a sweep, and belongs to the URI otherwise."""
    assert with_quoted_uris("s3://b/k=1,s3://b/k=2", multirun=True) == "'s3://b/k=1','s3://b/k=2'"
    assert with_quoted_uris("s3://b/k=1,part=2") == "'s3://b/k=1,part=2'"
    assert with_quoted_uris("[s3://a/x=1, s3://b]") == "['s3://a/x=1', 's3://b']"
    assert with_quoted_uris("'s3://a/x=1'") == "'s3://a/x=1'"


def test_a_typed_path_is_trusted_but_not_what_it_takes_from_a_file(with_conf: Project) -> None:
    """Only a path that the user typed may lie anywhere; a reference into the recipe is not typed."""
    file = with_conf.recipe()
    assert "sources.faq.path" in check(file, ["sources.faq.path=data/faq.jsonl"]).recipe.trusted_paths
    assert "sources.faq.path" not in check(file, []).recipe.trusted_paths
    file = with_conf.recipe("description: data/faq.jsonl\n")
    assert "sources.faq.path" not in check(file, ["sources.faq.path=${description}"]).recipe.trusted_paths


def test_deleting_a_value_by_name_and_value(project: Project) -> None:
    """`~key=value` deletes only that value, as in Hydra."""
    file = project.recipe()
    assert "epochCount" not in compose(file, ["~hyperparameters.epochCount=2"]).mapping["hyperparameters"]
    (finding,) = findings_of(file, "~hyperparameters.epochCount=3")
    assert finding.code == "R008"
    assert "is 2, so it is not deleted" in finding.message


def test_a_package_of_no_group(project: Project) -> None:
    """`name@x=y` would set `name`, whatever `x` was meant to say."""
    assert codes_of(project.recipe(), "name@x=y") == ["R008"]


@pytest.mark.parametrize("typed", ["description=\udcff", "description=a\x00b", "description=\uffff{name}"])
def test_what_is_no_text(project: Project, typed: str) -> None:
    """Bytes that are not UTF-8 come as halves of surrogate pairs; no plan could be written with them."""
    assert codes_of(project.recipe(), typed) == ["R008"]


def test_a_long_value(project: Project) -> None:
    """Longer than the name of a file may be, which is no reason to refuse it."""
    file = project.recipe()
    done = project.run("validate", str(file), f"description={'長い' * 200}")
    assert done.returncode == 0, done.stderr
    assert codes_of(file, f"{'a' * 300}=1") == ["R101"]
    assert codes_of(file, f"steps={'a' * 300}") == ["R007"]


def test_a_chosen_part_is_walked_like_the_others(project: Project) -> None:
    """Files that the command line, or `override`, chooses have defaults lists of their own."""
    project.write("conf/steps/evil.yaml", "defaults:\n  - /budget@_global_.hydra.job.env_set: x\n")
    project.write("conf/budget/x.yaml", "PYTHONPATH: evil\n")
    assert codes_of(project.recipe(), "steps=evil") == ["R304"]
    lists = "  - base\n  - steps: none\n  - override steps: evil\n"
    assert "R304" in codes_of(project.recipe(text=RECIPE.replace("  - base\n", lists)))
