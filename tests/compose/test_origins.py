"""Origins: the traced merge equals Hydra's, and every leaf knows who set it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recipe_projects import RECIPE, Project, new_project

from runner.compose import Composed, compose, compose_all

NAMES = st.sampled_from(["a", "b", "c"])
LEAVES = st.sampled_from([None, True, 1, 1.5, "x", "two words", [1, "y"], [{"a": 1}], []])
TREES = st.recursive(
    st.dictionaries(NAMES, LEAVES, max_size=3),
    lambda inner: st.dictionaries(NAMES, inner | LEAVES, max_size=3),
    max_leaves=8,
)
OVERRIDES = st.sampled_from(
    ["a=5", "a.b=6", "+c.a.b=7", "~a", "~a.b", "a={b: 1}", "b=[1,2]", "c=null", "a.b.c=x"]
)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Leaves by dotted path; an empty mapping or list is a leaf."""
    if isinstance(value, dict) and value:
        parts = [leaves(item, f"{path}.{key}" if path else key) for key, item in value.items()]
    elif isinstance(value, list) and value:
        parts = [leaves(item, f"{path}[{index}]") for index, item in enumerate(value)]
    else:
        return {path: value}
    return {key: item for part in parts for key, item in part.items()}


def check_origins(composed: Composed) -> None:
    """Every leaf of the composed mapping has an origin with that very value, and no other leaf has one."""
    found = {path: value for path, value in leaves(composed.mapping).items() if path}
    assert {path: composed.origins[path].value for path in found} == found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.lists(TREES, min_size=1, max_size=3),
    packages=st.lists(st.sampled_from(["", "a", "b.c"]), max_size=3),
    overrides=st.lists(OVERRIDES, max_size=3),
)
def test_the_traced_merge_equals_hydras(
    tmp_path_factory: Any, files: list[dict[str, Any]], packages: list[str], overrides: list[str]
) -> None:
    """For arbitrary files, packages and overrides."""
    project = new_project(tmp_path_factory.mktemp("merge"))
    entries = []
    for number, (tree, package) in enumerate(zip(files, [*packages, "", "", ""], strict=False)):
        project.write(
            f"conf/part/f{number}.yaml", "# @package _global_\n" * (not package) + yaml.safe_dump(tree)
        )
        entries.append(f"part/f{number}" + (f"@{package}" if package else ""))
    main = yaml.safe_dump({"defaults": [*entries, "_self_"], "a": {"b": 0}})
    composed, findings = compose_all(project.recipe(text=main), overrides)
    assert composed is not None or any(finding.code == "R011" for finding in findings)
    if composed is not None:
        check_origins(composed)


def test_shipped_recipes_have_an_origin_for_every_leaf() -> None:
    """No leaf of a real recipe is without a place, and the place exists."""
    recipes = sorted((Path(__file__).parents[2] / "recipes").glob("*.yaml"))
    assert len(recipes) >= 5
    for file in recipes:
        composed = compose(file, ["split.seed=4"])
        check_origins(composed)
        for path, origin in composed.origins.items():
            assert origin.place.file == "command line" or Path(origin.place.file).is_file(), path


def test_the_chain_of_what_was_overridden(project: Project) -> None:
    """Packaged base, the project's conf, the recipe, the command line."""
    project.write("conf/seed.yaml", "split:\n  seed: 1\n")
    file = project.recipe("split: {seed: 2}\n", text=RECIPE.replace("  - base\n", "  - base\n  - seed\n"))
    origin = compose(file, ["split.seed=3"]).origins["split.seed"]
    chain = []
    while origin is not None:
        chain.append((origin.value, str(origin.place).rpartition("/")[2]))
        origin = origin.overrode  # type: ignore[assignment]
    assert [value for value, _ in chain] == [3, 2, 1, 0]
    assert [place.partition(":")[0] for _, place in chain] == [
        "command line",
        "faq.yaml",
        "seed.yaml",
        "base.yaml",
    ]


def test_places_inside_packages_lists_and_aliases(project: Project) -> None:
    """A value included under a label, an item of a list, an aliased value."""
    project.write(
        "conf/source/more.yaml",
        "kind: files\npath:\n  - data/a.jsonl\n  - data/b.jsonl\nfields: &f {prompt: q}\nlicence: *f\n",
    )
    text = RECIPE.replace("  - base\n", "  - base\n  - source@sources.more: more\n")
    origins = compose_all(project.recipe(text=text))[0].origins  # type: ignore[union-attr]
    assert str(origins["sources.more.path[1]"].place) == "conf/source/more.yaml:4:5"
    assert str(origins["sources.more.fields.prompt"].place) == "conf/source/more.yaml:5:21"
    assert str(origins["sources.more.licence.prompt"].place) == "conf/source/more.yaml:5:21"


def test_an_index_typed_into_a_list_leaves_the_rest_to_the_file(project: Project) -> None:
    """Only the item that was typed is the user's."""
    file = project.recipe(text=RECIPE.replace("path: data/faq.jsonl", "path: [a.jsonl, b.jsonl]"))
    composed = compose(file, ["sources.faq.path.1=c.jsonl"])
    assert composed.mapping["sources"]["faq"]["path"] == ["a.jsonl", "c.jsonl"]
    assert composed.origins["sources.faq.path"].place.file == "recipes/faq.yaml"
    assert composed.origins["sources.faq.path[1]"].place.file == "command line"
