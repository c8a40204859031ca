"""The ways in which a `validate` gives false confidence, each refused (but doctor and data paths)."""

from __future__ import annotations

import pytest
from recipe_projects import RECIPE, Project, codes_of, findings_of

from runner.check import check

PLACES = {
    "top": ("nme: x\n", "nme", "name"),
    "split": ("split: {sed: 1}\n", "split.sed", "seed"),
    "budget": ("budget: {max_ud: 1}\n", "budget.max_ud", "max_usd"),
    "format": ("format: {sytem: x}\n", "format.sytem", "system"),
    "executor": ("executor: {bas: x}\n", "executor.bas", "base"),
}


@pytest.mark.parametrize("case", PLACES)
def test_an_unknown_key_is_an_error_at_every_level(project: Project, case: str) -> None:
    """Way 1: a misspelled key is never ignored, and the finding says what was meant."""
    text, path, meant = PLACES[case]
    found = [finding for finding in findings_of(project.recipe(text)) if finding.code == "R101"]
    assert [finding.path for finding in found] == [path]
    assert f"did you mean {meant!r}" in found[0].message
    assert found[0].place is not None
    assert found[0].place.line == RECIPE.count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("path: data/faq.jsonl", "pth: data/faq.jsonl", "sources.faq.pth", "R101"),
        ("drop_empty:", "drop_empty: {felds: [a]}", "steps.drop_empty.felds", "R101"),
        ("drop_empty:", "drop_emty:", "steps.drop_emty", "R105"),
        ("kind: files", "kind: file", "sources.faq.kind", "R105"),
        ("epochCount", "epochCont", "hyperparameters.epochCont", "R109"),
        ("fine_tuning", "fine_tunning", "method", "R107"),
        ("nova-micro", "nova-mikro", "model", "R106"),
        ("us-east-1", "us-esat-1", "region", "R108"),
    ],
)
def test_a_misspelled_name_is_an_error_with_a_guess(
    project: Project, old: str, new: str, path: str, code: str
) -> None:
    """Way 1 again: options of plug-ins, kinds, hyperparameters, methods, models, regions."""
    found = {finding.path: finding for finding in findings_of(project.recipe(text=RECIPE.replace(old, new)))}
    assert found[path].code == code
    assert "did you mean" in found[path].message + found[path].fix


@pytest.mark.parametrize(
    "value",
    [
        "${nope}",
        "${sources.nope.path}",
        "${description}",
        "a ${nope} b",
        "${..x}",
        "${sources}x",
        "${sources[0]}",
    ],
)
def test_an_unresolvable_reference_is_an_error(project: Project, value: str) -> None:
    """Way 2: a reference that leads nowhere, or to itself, is found although nothing reads the value."""
    found = [
        finding
        for finding in findings_of(project.recipe(f"description: '{value}'\n"))
        if finding.code == "R009"
    ]
    assert [finding.path for finding in found] == ["description"]
    assert found[0].place is not None
    assert found[0].place.column == 14


def test_every_unresolvable_reference_is_reported(project: Project) -> None:
    """Way 2: leaf by leaf, lists and circles included."""
    text = "description: ${format.system}\nformat: {system: '${description}'}\n"
    text += "executor: {kind: '${no}', targets: ['${no}']}\n"
    paths = [finding.path for finding in findings_of(project.recipe(text)) if finding.code == "R009"]
    assert paths == ["description", "format.system", "executor.kind", "executor.targets[0]"]


def test_references_resolve(project: Project) -> None:
    """Absolute and relative references, in lists and inside text, keep the type of what they refer to."""
    file = project.recipe(
        "format: {system: 'for ${name}'}\nsplit: {seed: '${hyperparameters.epochCount}', validation: 0.1}\n"
    )
    recipe = check(file).recipe
    assert recipe.format.options["system"] == "for faq"
    assert recipe.split.seed == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "R006"),
        ("{}", "R100"),
        ("defaults: [base, _self_]\n", "R100"),
        (RECIPE.partition("sources:")[0], "R119"),
        (RECIPE.partition("sources:")[0] + "sources:\n", "R104"),
        (RECIPE.replace("fields: {prompt: question, completion: answer}", "fields: {}"), "R104"),
        (RECIPE.replace("    fields: {prompt: question, completion: answer}\n", ""), "R103"),
        (RECIPE.replace("completion: answer", "answer: answer"), "R118"),
    ],
)
def test_nothing_to_train_on_is_an_error(project: Project, text: str, code: str) -> None:
    """Way 4: an empty file, no sources, no fields, no completion."""
    assert code in codes_of(project.recipe(text=text))


def test_a_fragment_is_told_from_a_recipe(project: Project) -> None:
    """Way 7: a conf file given as a recipe gets one finding, which names the recipes that use it."""
    project.write("conf/steps/mine.yaml", "drop_empty:\n")
    project.recipe(text=RECIPE.replace("  - base\n", "  - base\n  - steps: mine\n"))
    findings = findings_of(project.root / "conf" / "steps" / "mine.yaml")
    assert [finding.code for finding in findings] == ["R100"]
    assert "fragment" in findings[0].message
    assert "recipes/faq.yaml" in findings[0].fix


def test_the_shipped_conf_files_are_fragments() -> None:
    """Way 7: every file of the packaged conf/, base.yaml too, is no recipe."""
    from runner.resources import shipped

    files = sorted(shipped("conf").rglob("*.yaml"))
    assert len(files) >= 8
    for file in files:
        assert codes_of(file) == ["R100"], file


def test_a_whole_recipe_may_lie_in_conf(project: Project) -> None:
    """Way 6: what is complete is accepted, wherever it lies."""
    assert codes_of(project.write("conf/experiment/one.yaml", RECIPE)) == []


def test_findings_come_all_at_once(project: Project) -> None:
    """Composition, schema, facts and files in one report."""
    text = RECIPE.replace("epochCount: 2", "epochCount: 12").replace("data/faq.jsonl", "data/nope.jsonl")
    codes = codes_of(project.recipe("nme: x\ndescription: ${nope}\nbudget: {max_usd: ten}\n", text=text))
    assert {"R101", "R102", "R009", "R112"} <= set(codes)
    assert any(code.startswith("R4") for code in codes)


def test_place_fact_and_what_was_overridden(project: Project) -> None:
    """The finding of the design document, to the letter."""
    project.write("conf/three.yaml", "hyperparameters:\n  epochCount: 3\n")
    text = RECIPE.replace("  - base\n", "  - base\n  - three\n").replace(
        "{epochCount: 2}", "\n  epochCount: 12"
    )
    finding = next(finding for finding in findings_of(project.recipe(text=text)) if finding.code == "R102")
    assert (
        finding.message
        == "hyperparameters.epochCount is 12, amazon.nova-micro-v1:0 allows 1 to 5 for fine_tuning"
    )
    assert str(finding.place) == "recipes/faq.yaml:17:15"
    assert finding.overrode == "3 at conf/three.yaml:2:15"
    assert "userguide" in finding.source
    assert finding.fix


def test_a_retired_model_validates_with_a_warning(project: Project) -> None:
    """History can be checked; planning refuses."""
    findings = findings_of(
        project.recipe(text=RECIPE.replace("amazon.nova-micro-v1:0", "amazon.titan-text-express-v1"))
    )
    assert [(finding.code, finding.severity) for finding in findings] == [("R110", "warning")]
