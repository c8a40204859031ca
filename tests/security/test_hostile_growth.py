"""A small recipe that stands for something endless ends in a finding, soon and in little memory."""

from __future__ import annotations

import pytest
from recipe_projects import RECIPE, Project, codes_of

from runner.reading.listing import matcher


def test_mappings_that_double(project: Project) -> None:
    """References to mappings of references: a billion values in thirty lines."""
    lines = [f"  a{n}: {{l: '${{other.a{n - 1}}}', r: '${{other.a{n - 1}}}'}}" for n in range(1, 30)]
    assert "R009" in codes_of(project.recipe("\n".join(["other:", "  a0: {x: 1}", *lines]) + "\n"))


@pytest.mark.parametrize("text", [r"\${", "${name}", "${nope}", "${x:1}", "${", "}${", "${name}${"])
def test_one_text_of_many_references(project: Project, text: str) -> None:
    """A hundred thousand in one value take a moment, each distinct problem told once."""
    codes = codes_of(project.recipe(f"description: '{text * 100_000}'\n"))
    assert len(codes) <= 2


def test_a_large_file_included_often(project: Project) -> None:
    """Each inclusion below the bounds of a file, all together above those of a recipe."""
    project.write("conf/x/large.yaml", f"z: [{','.join('1' * 19_000)}]\n")
    entries = "".join(f"  - x@a{number}: large\n" for number in range(150))
    assert "R007" in codes_of(project.recipe(text=RECIPE.replace("  - base\n", f"  - base\n{entries}")))


def test_a_package_of_many_levels(project: Project) -> None:
    """In a defaults list, in a header, in an override."""
    deep = ".".join("a" * 300)
    project.write("conf/x/y.yaml", "a: 1\n")
    text = RECIPE.replace("  - base\n", f"  - base\n  - {{'x@{deep}': y}}\n")
    assert codes_of(project.recipe(text=text)) == ["R007"]
    project.write("conf/x/y.yaml", f"# @package {deep}\na: 1\n")
    assert "R007" in codes_of(project.recipe(text=RECIPE.replace("  - base\n", "  - base\n  - x: y\n")))
    assert codes_of(project.recipe(), f"{deep}=1") == ["R008"]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*a" * 20 + "*b", "a" * 250),
        ("**/a/" * 20 + "**/b", "a/" * 1000 + "a"),
        ("**a" * 20 + "**b", "a" * 4000),
        ("?*" * 30 + "/x", "a" * 250),
    ],
)
def test_patterns_made_to_be_slow(pattern: str, name: str) -> None:
    """Wildcards never try again what cannot help."""
    assert matcher(pattern).fullmatch(name) is None


TEN = ",".join(["*a{n}"] * 10)
MERGED = "\n".join(
    ["a0: &a0 {x: 1}", *(f"a{n + 1}: &a{n + 1} {{<<: [{TEN.format(n=n)}]}}" for n in range(8))]
)
LISTED = "\n".join(["a0: &a0 [1]", *(f"a{n + 1}: &a{n + 1} [{TEN.format(n=n)}]" for n in range(8))])


@pytest.mark.parametrize("front", [MERGED, f"{LISTED}\nconfigs: *a8"], ids=["merge keys", "aliases"])
@pytest.mark.parametrize("lead", ["", " \n"])
def test_the_card_of_a_dataset_folder(project: Project, front: str, lead: str) -> None:
    """The YAML of a README.md is read by us and by `datasets`: aliases are refused before both."""
    from runner.errors import RunnerError
    from runner.reading.confine import Reach
    from runner.reading.hub_folder import folder_files

    project.write("data/set/x.jsonl", '{"question": "q"}\n')
    (project.root / "data" / "set" / "README.md").write_text(f"{lead}---\n{front}\n---\n# Data\n")
    with pytest.raises(RunnerError, match="aliases"):
        folder_files("./data/set", Reach.of(project.root, (), trusted=False))


@pytest.mark.parametrize(
    "state", ["[]", "{}", "null", "{", '{"_data_files": [{}]}', '{"_data_files": 3}', "[" * 9999]
)
def test_a_saved_dataset_that_is_none(project: Project, state: str) -> None:
    """What `state.json` holds is looked at before it is used."""
    from runner.errors import RunnerError
    from runner.reading.hub_folder import saved_paths

    project.write("data/set/state.json", state.encode())
    with pytest.raises(RunnerError, match="does not list"):
        saved_paths(project.root / "data" / "set")


def test_a_split_stays_in_its_folder(project: Project) -> None:
    """`split` names a folder inside a saved dataset, not one beside it."""
    from runner.reading.hub_folder import saved_folder

    project.write("data/set/dataset_dict.json", "{}")
    project.write("elsewhere/state.json", "{}")
    folder = project.root / "data" / "set"
    for split in ("../../elsewhere", str(project.root / "elsewhere")):
        assert saved_folder(folder, split) is None


@pytest.mark.parametrize("part", ["{question}", "[[{question}]]"])
def test_a_template_that_multiplies(project: Project, part: str) -> None:
    """A column a hundred thousand times over."""
    text = RECIPE.replace("prompt: question", f"prompt: '{part * 50_000}'")
    assert codes_of(project.recipe(text=text)) == ["R117"]
